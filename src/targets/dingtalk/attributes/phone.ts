import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";

/** Where no region is configured: a Hong Kong organisation, as the sandbox is. */
export const DEFAULT_REGION = "HK";

/**
 * One form for comparing: `+852-91234567`, the country code always there. Undefined when it cannot be a telephone number.
 * Numbers without a country code are read as numbers of `region`.
 */
export function canonicalPhone(text: string, region: string): string | undefined {
  const country: CountryCode | undefined = isSupportedCountry(region) ? region : undefined;
  const number = parsePhoneNumberFromString(text, country);
  return number?.isPossible() ? `+${number.countryCallingCode}-${number.nationalNumber}` : undefined;
}

/** A number for people to read, without what only sets it out: `+852 2345 6789 ext. 204` is `+85223456789ext204`. */
export const densePhone = (text: string): string => text.replaceAll(/[\s().\-–·]/gu, "");

/** As a call takes it: an organisation of the mainland wants mainland numbers bare, every other one with `+86-` (docs/dingtalk.md 5.1). */
export const phoneToWire = (canonical: string, isMainland: boolean): string =>
  isMainland && canonical.startsWith("+86-") ? canonical.slice("+86-".length) : canonical;

/** Reads split the country code off (docs/dingtalk.md 5.4). A number that cannot be parsed is kept unchanged: it must still compare unequal. */
export function phoneFromWire(mobile: string, stateCode: string | undefined, region: string): string {
  const joined = stateCode && !mobile.startsWith("+") ? `+${stateCode.replace(/^\+/, "")}-${mobile}` : mobile;
  return canonicalPhone(joined, region) ?? joined;
}
