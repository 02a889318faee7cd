/**
 * Least and most digits of mobile numbers after the country code, from the national numbering plans (ITU
 * E.164).
 */
const MOBILE_LENGTHS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  1: [10, 10],
  7: [10, 10],
  20: [10, 10],
  27: [9, 9],
  30: [10, 10],
  31: [9, 9],
  32: [9, 9],
  33: [9, 9],
  34: [9, 9],
  36: [9, 9],
  39: [9, 10],
  40: [9, 9],
  41: [9, 9],
  43: [10, 13],
  44: [10, 10],
  45: [8, 8],
  46: [9, 9],
  47: [8, 8],
  48: [9, 9],
  49: [10, 11],
  51: [9, 9],
  52: [10, 10],
  54: [10, 11],
  55: [10, 11],
  56: [9, 9],
  57: [10, 10],
  60: [9, 10],
  61: [9, 9],
  62: [9, 12],
  63: [10, 10],
  64: [8, 10],
  65: [8, 8],
  66: [9, 9],
  81: [10, 10],
  82: [9, 10],
  84: [9, 9],
  86: [11, 11],
  90: [10, 10],
  91: [10, 10],
  92: [10, 10],
  94: [9, 9],
  95: [8, 10],
  351: [9, 9],
  353: [9, 9],
  358: [7, 10],
  852: [8, 8],
  853: [8, 8],
  855: [8, 9],
  856: [9, 10],
  880: [10, 10],
  886: [9, 9],
  966: [9, 9],
  971: [9, 9],
  972: [9, 9],
  977: [10, 10],
};

/** All assigned country codes, including those of the table. */
const CODES =
  /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21[12368]|2[234]\d|25[0-8]|26\d|29[01789]|3[57]\d|38[0-35-79]|42[013]|5[09]\d|67\d|68\d|69[0-2]|85[02356]|88[06]|96\d|97[0-7]|99[2-68])$/;

/** Whether this country code is assigned, and has mobile numbers of this length. */
export function isPlausibleMobile(stateCode: string, number: string): boolean {
  const [least, most] = MOBILE_LENGTHS[stateCode] ?? [6, 12];
  return CODES.test(stateCode) && number.length >= least && number.length <= most;
}
