import { isPlausibleMobile } from "./numbering.ts";
import type { Switches } from "./switches.ts";
import type { Phone } from "./user-record.ts";

/** The switches that decide how an organisation writes numbers, and how strictly it checks them. */
type Plan = Pick<Switches, "region" | "mobileLengths">;

const INTERNATIONAL = /^\+(\d{1,4})-(\d{4,14})$/;
const MAINLAND = /^1\d{10}$/;

/**
 * Parses a number in the form of create and update (docs/dingtalk.md 5.1): `+xx-xxxxxx`. An organisation
 * registered in the mainland writes mainland numbers as 11 digits, all others as `+86-…`. Undefined if the
 * form is wrong for the region, or the length is wrong for the country.
 */
export function parseMobile(plan: Plan, text: string): Phone | undefined {
  const { region, mobileLengths } = plan;
  if (region === "mainland" && MAINLAND.test(text)) return { stateCode: "86", number: text };
  const match = INTERNATIONAL.exec(text);
  if (!match) return undefined;
  const [, stateCode = "", number = ""] = match;
  if (stateCode === "86")
    return region === "mainland" || !MAINLAND.test(number) ? undefined : { stateCode, number };
  if (stateCode.startsWith("0") || stateCode.length + number.length > 15) return undefined;
  return mobileLengths === "any" || isPlausibleMobile(stateCode, number) ? { stateCode, number } : undefined;
}

/**
 * Parses a number in the form of `getbymobile`: as above, or a mainland number as 11 digits in both regions.
 * At most 15 characters (docs/dingtalk.md 5.4).
 */
export function parseSearchedMobile(plan: Plan, text: string): Phone | undefined {
  if (text.length > 15) return undefined;
  return MAINLAND.test(text) ? { stateCode: "86", number: text } : parseMobile(plan, text);
}

/**
 * Parses the number of an enterprise account: in both regions `+86-134…`, or the form of the mainland
 * (docs/dingtalk.md 6).
 */
export function parseExclusiveMobile(plan: Plan, text: string): Phone | undefined {
  return (
    parseMobile({ ...plan, region: "hongkong" }, text) ?? parseMobile({ ...plan, region: "mainland" }, text)
  );
}

/** A number in the form of create and update, to compare it with the numbers in switches. */
export const writtenMobile = ({ region }: Pick<Plan, "region">, phone: Phone): string =>
  region === "mainland" && phone.stateCode === "86" ? phone.number : `+${phone.stateCode}-${phone.number}`;
