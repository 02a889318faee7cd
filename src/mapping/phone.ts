import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";

export const isRegion = (text: string): boolean => isSupportedCountry(text);

/**
 * A number in one international form: country code, one blank, the rest in digits ("+852 91234567"); an extension is left out.
 * A number without a country code is read as one of `region`. Undefined when no such number can exist there.
 * Possible, not valid: number plans change faster than libraries, and DingTalk is the judge.
 */
export function internationalPhone(value: string, region: string): string | undefined {
  if (value.length > 64 || !isSupportedCountry(region)) return undefined;
  const [number = ""] = value.replace(/^\s*tel:/i, "").split(";", 1);
  // Who writes 00 in a directory means the plus sign. Read by the plan of Hong Kong, where 008 is a carrier, "0086 138…" would be Australian.
  return possible(number.replace(/^\s*00/, "+"), region) ?? possible(number, region);
}

function possible(text: string, region: CountryCode): string | undefined {
  const number = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false });
  if (!number?.isPossible()) return undefined;
  const code = `+${number.countryCallingCode}`;
  return `${code} ${number.number.slice(code.length)}`;
}

const EXTENSION = /^;ext=(\d{1,10})$/i;

/** A number for people to read: as the client wrote it, but for the URI form of RFC 3966 that RFC 7643 section 4.1.2 recommends. */
export function readablePhone(value: string): string {
  if (!/^tel:/i.test(value)) return value.trim();
  const [, number = "", parameters = ""] = /^([^;]*)(.*)$/.exec(value.slice(4).trim()) ?? [];
  const extension = EXTENSION.exec(parameters)?.[1];
  return extension ? `${number.trim()} ext. ${extension}` : number.trim();
}
