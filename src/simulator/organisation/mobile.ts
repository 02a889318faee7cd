import { isPlausibleMobile } from "./numbering.ts";
import type { Phone } from "./records.ts";
import type { Switches } from "./switches.ts";

/** What decides how numbers are written in an organisation, and how closely they are looked at. */
type Plan = Pick<Switches, "region" | "mobileLengths">;

const INTERNATIONAL = /^\+(\d{1,4})-(\d{4,14})$/;
const MAINLAND = /^1\d{10}$/;

/**
 * A number as writes take it (docs/dingtalk.md 5.1): `+xx-xxxxxx`; a mainland number bare in an organisation registered in the mainland, `+86-…` everywhere else.
 * Undefined when the form does not fit the region, or when numbers of that country have another length.
 */
export function parseMobile(plan: Plan, text: string): Phone | undefined {
  const { region, mobileLengths } = plan;
  if (region === "mainland" && MAINLAND.test(text)) return { stateCode: "86", number: text };
  const match = INTERNATIONAL.exec(text);
  if (!match) return undefined;
  const [, stateCode = "", number = ""] = match;
  if (stateCode === "86") return region === "mainland" || !MAINLAND.test(number) ? undefined : { stateCode, number };
  if (stateCode.startsWith("0") || stateCode.length + number.length > 15) return undefined;
  return mobileLengths === "any" || isPlausibleMobile(stateCode, number) ? { stateCode, number } : undefined;
}

/** A number as getbymobile takes it: the written form, or a mainland number bare in either region; at most 15 characters (docs/dingtalk.md 5.4). */
export function parseSearchedMobile(plan: Plan, text: string): Phone | undefined {
  if (text.length > 15) return undefined;
  return MAINLAND.test(text) ? { stateCode: "86", number: text } : parseMobile(plan, text);
}

/** The number of an enterprise account: `+86-134…` style in every region (docs/dingtalk.md 6). */
export function parseExclusiveMobile(plan: Plan, text: string): Phone | undefined {
  return parseMobile({ ...plan, region: "hongkong" }, text) ?? parseMobile({ ...plan, region: "mainland" }, text);
}

/** The form writes take, for comparing with the numbers named in switches. */
export const writtenMobile = ({ region }: Pick<Plan, "region">, phone: Phone): string =>
  region === "mainland" && phone.stateCode === "86" ? phone.number : `+${phone.stateCode}-${phone.number}`;
