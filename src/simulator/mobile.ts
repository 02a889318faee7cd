import type { Phone } from "./records.ts";
import type { Switches } from "./switches.ts";

const INTERNATIONAL = /^\+(\d{1,4})-(\d{4,14})$/;
const MAINLAND = /^1\d{10}$/;

/**
 * A number as writes take it (5.1): `+xx-xxxxxx`; a mainland number bare in an organisation registered in the mainland, `+86-…` everywhere else.
 * Undefined when the form does not fit the region.
 */
export function parseMobile(region: Switches["region"], text: string): Phone | undefined {
  if (region === "mainland" && MAINLAND.test(text)) return { stateCode: "86", number: text };
  const match = INTERNATIONAL.exec(text);
  if (!match) return undefined;
  const [, stateCode = "", number = ""] = match;
  if (stateCode === "86") return region === "mainland" || !MAINLAND.test(number) ? undefined : { stateCode, number };
  return stateCode.startsWith("0") || stateCode.length + number.length > 15 ? undefined : { stateCode, number };
}

/** A number as getbymobile takes it: the written form, or a mainland number bare in either region; at most 15 characters (5.4). */
export function parseSearchedMobile(region: Switches["region"], text: string): Phone | undefined {
  if (text.length > 15) return undefined;
  return MAINLAND.test(text) ? { stateCode: "86", number: text } : parseMobile(region, text);
}

/** The number of an enterprise account: `+86-134…` style in every region (6). */
export function parseExclusiveMobile(text: string): Phone | undefined {
  return parseMobile("hongkong", text) ?? parseMobile("mainland", text);
}

/** The form writes take, for comparing with the numbers named in switches. */
export const writtenMobile = (region: Switches["region"], phone: Phone): string =>
  region === "mainland" && phone.stateCode === "86" ? phone.number : `+${phone.stateCode}-${phone.number}`;
