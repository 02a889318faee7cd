import { Metadata } from "libphonenumber-js/core";
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import plans from "libphonenumber-js/metadata.max.json";
import { remembering } from "../../../core/remembering.ts";
import type { Reason } from "./rule.ts";

/** A number for sign-in in canonical form, or the reason why it is not one. */
export type MobileNumber = { readonly number: string } | { readonly reason: Reason };

/**
 * Kinds of numbers that are not mobile. Unknown kinds are accepted: number plans change faster than
 * libraries.
 */
const NO_MOBILE: ReadonlySet<string | undefined> = new Set([
  "FIXED_LINE",
  "TOLL_FREE",
  "PREMIUM_RATE",
  "SHARED_COST",
  "UAN",
  "VOICEMAIL",
]);

/**
 * Home regions of people around the Pearl River. A number without a country code is compared with the mobile
 * numbers of these regions.
 */
const NEIGHBOURS: readonly CountryCode[] = ["HK", "CN", "MO", "TW", "SG"];

/**
 * The mobile number that a text means. A wrong number would belong to a stranger, who would then get access.
 * A number without a country code is of `region`, unless it is a mobile number only elsewhere. A landline, or
 * a number whose length no mobile number has, is refused.
 */
export const mobileNumber = (text: string, region: string): MobileNumber => reading(text, region);

/** Cached, because one run reads a number several times. */
const reading = remembering(read);

function read(text: string, region: string): MobileNumber {
  const country: CountryCode | undefined = isSupportedCountry(region) ? region : undefined;
  const number = parsePhoneNumberFromString(text, country);
  if (!number?.isPossible()) return { reason: ["notAPhoneNumber", "the value cannot be a telephone number"] };
  if (isMobile(number)) return { number: canonical(number) };
  const elsewhere = parsePhoneNumberFromString(text)
    ? []
    : NEIGHBOURS.filter((one) => one !== region && isMobileIn(text, one));
  if (elsewhere.length > 0) return { reason: numberOf(elsewhere, region) };
  if (NO_MOBILE.has(number.getType()) || !hasMobileLength(number)) return { reason: NOT_A_MOBILE };
  return { number: canonical(number) };
}

const canonical = (number: PhoneNumber): string => `+${number.countryCallingCode}-${number.nationalNumber}`;

function isMobile(number: PhoneNumber): boolean {
  const type = number.getType();
  return type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE";
}

function isMobileIn(text: string, country: CountryCode): boolean {
  const number = parsePhoneNumberFromString(text, country);
  return number?.country === country && isMobile(number);
}

/** The library's types lack the lengths of each kind of number. */
interface PlanOfTypes {
  type(kind: "MOBILE"): { possibleLengths(): readonly number[] } | undefined;
}

function hasMobileLength(number: PhoneNumber): boolean {
  const [country] = number.getPossibleCountries();
  if (country === undefined) return true;
  const metadata = new Metadata(plans);
  metadata.selectNumberingPlan(country);
  const lengths = (metadata.numberingPlan as PlanOfTypes | undefined)?.type("MOBILE")?.possibleLengths();
  return lengths === undefined || lengths.includes(number.nationalNumber.length);
}

const NOT_A_MOBILE: Reason = [
  "notAMobileNumber",
  "the number is a landline or has a length that no mobile number of its country has",
];

const numberOf = (elsewhere: readonly CountryCode[], region: string): Reason => [
  "numberOfAnotherRegion",
  `without a country code it is no mobile number of ${region}, but it would be one of ${elsewhere.join(", ")}: write it with its country code`,
];
