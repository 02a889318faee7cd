import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import { remembering } from "../../core/remembering.ts";

export const isRegion = (text: string): boolean => isSupportedCountry(text);

/**
 * The number in international form, or other regions that it may belong to. An empty list: no such number can
 * exist.
 */
export type PhoneReading = { readonly number: string } | { readonly elsewhere: readonly string[] };

/**
 * Regions where people of one company probably have their numbers. A number without a country code is
 * compared with the mobile numbers of these regions.
 */
const NEIGHBOURS: readonly CountryCode[] = ["HK", "CN", "MO", "TW", "SG"];

/**
 * A number in one international form: country code, one blank, then digits ("+852 91234567"); without an
 * extension. A number without a country code is read as one of `region`. It is refused if it is a mobile
 * number only elsewhere, because it would belong to a stranger. It must be possible, not valid: number plans
 * change faster than libraries, and DingTalk decides.
 */
export function readPhone(value: string, region: string): PhoneReading {
  return value.length > 64 || !isSupportedCountry(region) ? NO_NUMBER : reading(value, region);
}

/** Cached, because one run reads a number several times. */
const reading = remembering(read);

function read(value: string, region: CountryCode): PhoneReading {
  const [written = ""] = value.replace(/^\s*tel:/i, "").split(";", 1);
  // In directories 00 means the plus sign. In the plan of Hong Kong 008 is a carrier, so "0086 138…" would
  // become an Australian number.
  const number = possible(written.replace(/^\s*00/, "+"), region) ?? possible(written, region);
  if (number?.isValid()) return { number: spelled(number) };
  const elsewhere = NEIGHBOURS.filter((one) => one !== region && isMobileIn(written, one));
  if (elsewhere.length > 0) return { elsewhere };
  return number ? { number: spelled(number) } : NO_NUMBER;
}

const NO_NUMBER: PhoneReading = { elsewhere: [] };

function possible(text: string, region: CountryCode): PhoneNumber | undefined {
  const number = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false });
  return number?.isPossible() ? number : undefined;
}

/** Whether the digits are a valid number with a country code. Not needed for a number with a plus sign. */
export const hasCountryCode = (digits: string): boolean =>
  parsePhoneNumberFromString(`+${digits}`, { extract: false })?.isValid() === true;

function isMobileIn(text: string, country: CountryCode): boolean {
  const number = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  return number?.country === country && number.getType() === "MOBILE";
}

function spelled({ countryCallingCode, number }: PhoneNumber): string {
  const code = `+${countryCallingCode}`;
  return `${code} ${number.slice(code.length)}`;
}

const EXTENSION = /^;ext=(\d{1,10})$/i;

/**
 * A number for display: as the client wrote it, without the URI form of RFC 3966 that RFC 7643 section 4.1.2
 * recommends.
 */
export function readablePhone(value: string): string {
  if (!/^tel:/i.test(value)) return value.trim();
  const [, number = "", parameters = ""] = /^([^;]*)(.*)$/.exec(value.slice(4).trim()) ?? [];
  const extension = EXTENSION.exec(parameters)?.[1];
  return extension ? `${number.trim()} ext. ${extension}` : number.trim();
}
