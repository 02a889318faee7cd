import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";

/** The default region: Hong Kong, as in the sandbox. */
export const DEFAULT_REGION = "HK";

/**
 * The form for comparisons: `+852-91234567`, always with the country code. Undefined: not a telephone number.
 * Numbers without a country code are read as numbers of `region`.
 */
export function canonicalPhone(text: string, region: string): string | undefined {
  const country: CountryCode | undefined = isSupportedCountry(region) ? region : undefined;
  const number = parsePhoneNumberFromString(text, country);
  return number?.isPossible() ? `+${number.countryCallingCode}-${number.nationalNumber}` : undefined;
}

/**
 * A readable number without characters that only format it: `+852 2345 6789 ext. 204` becomes
 * `+85223456789ext204`.
 */
export const densePhone = (text: string): string => text.replaceAll(/[\s().\-–·]/gu, "");

/**
 * The form in calls: an organisation registered in the mainland needs mainland numbers without a country
 * code, all others need them with `+86-` (docs/dingtalk.md 5.1).
 */
export const phoneToWire = (canonical: string, isMainland: boolean): string =>
  isMainland && canonical.startsWith("+86-") ? canonical.slice("+86-".length) : canonical;

/**
 * Reads return the country code separately (docs/dingtalk.md 5.4). An unreadable number stays unchanged, so
 * that it compares unequal.
 */
export function phoneFromWire(mobile: string, stateCode: string | undefined, region: string): string {
  const joined = stateCode && !mobile.startsWith("+") ? `+${stateCode.replace(/^\+/, "")}-${mobile}` : mobile;
  return canonicalPhone(joined, region) ?? joined;
}
