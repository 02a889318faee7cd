import { lookOf } from "../organisation/department-names.ts";
import { emailKey } from "../organisation/indexes.ts";
import type { Organisation } from "../organisation/model.ts";
import type { User, UserTexts } from "../organisation/user-record.ts";
import { boundedText, type Fields, flag, object, present, text, whole } from "../wire/fields.ts";
import { missing, refuse } from "../wire/refusal.ts";

/**
 * Maximum length of each text, and the code for a longer one (docs/dingtalk.md 5.1). The length of
 * `telephone` is a switch.
 */
const TEXTS: readonly (readonly [keyof UserTexts, number | "telephoneMax", number])[] = [
  ["telephone", "telephoneMax", 40063],
  ["job_number", 50, 60123],
  ["title", 200, 40035],
  ["email", 50, 60105],
  ["org_email", 100, 60105],
  ["work_place", 100, 40064],
  ["remark", 2_000, 40065],
];

export const noTexts: UserTexts = {
  telephone: "",
  job_number: "",
  title: "",
  email: "",
  org_email: "",
  work_place: "",
  remark: "",
};

/** A single address without a display name. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;

/** The text attributes in a call. The switch `emptyString` decides whether `""` clears an attribute. */
export function readTexts(organisation: Organisation, fields: Fields): Partial<UserTexts> {
  const ignoresEmpty = organisation.switches.emptyString === "ignored";
  const named: Partial<Record<keyof UserTexts, string>> = {};
  for (const [name, max, errcode] of TEXTS) {
    const value = boundedText(
      fields,
      name,
      max === "telephoneMax" ? organisation.switches[max] : max,
      errcode,
    )?.trim();
    if (value === undefined || (value === "" && ignoresEmpty)) continue;
    if (name === "org_email" && !organisation.switches.mailboxes) continue;
    named[name] = value;
  }
  for (const address of [named.email, named.org_email]) {
    if (address && !ADDRESS.test(address)) throw refuse(60105);
  }
  return named;
}

/**
 * Refuses an `email` (60106), `org_email` (40101 or 60106) or `telephone` (40100) that another person has
 * (docs/dingtalk.md 5.1).
 */
export function requireFreeTexts(
  organisation: Organisation,
  named: Partial<UserTexts>,
  self: string | undefined,
): void {
  const emailHolder = named.email ? organisation.byEmail.get(emailKey(named.email)) : undefined;
  if (emailHolder !== undefined && emailHolder !== self) throw refuse(60106);
  const mailboxHolder = named.org_email ? organisation.byOrgEmail.get(emailKey(named.org_email)) : undefined;
  if (mailboxHolder !== undefined && mailboxHolder !== self)
    throw refuse(organisation.switches.duplicateMailbox);
  const telephoneHolder = named.telephone ? organisation.byTelephone.get(named.telephone) : undefined;
  if (telephoneHolder !== undefined && telephoneHolder !== self) throw refuse(40100);
}

/** `""` for each unique text that another person has (docs/dingtalk.md 13.6). */
export function takenTexts(
  organisation: Organisation,
  { email, org_email, telephone }: UserTexts,
): Partial<UserTexts> {
  return {
    ...(organisation.byEmail.has(emailKey(email)) ? { email: "" } : {}),
    ...(organisation.byOrgEmail.has(emailKey(org_email)) ? { org_email: "" } : {}),
    ...(organisation.byTelephone.has(telephone) ? { telephone: "" } : {}),
  };
}

/** The name in a call. Refuses an empty name, and one of more than 80 characters, with 60112. */
export function readName(fields: Fields): string | undefined {
  const name = text(fields, "name")?.trim();
  if (name !== undefined && (lookOf(name) === "" || [...name].length > 80)) throw refuse(60112);
  return name;
}

/** The yes-or-no attributes and the hire date in a call. */
export function readFlags(fields: Fields): Partial<Pick<User, "hide_mobile" | "senior" | "hired_date">> {
  const hiredDate = whole(fields, "hired_date");
  if (hiredDate !== undefined && hiredDate < 1) throw refuse(40035, " hired_date");
  return present({
    hide_mobile: flag(fields, "hide_mobile"),
    senior: flag(fields, "senior_mode"),
    hired_date: hiredDate,
  });
}

/**
 * Custom fields (docs/dingtalk.md 5.1, 5.2, 13.3). Keys that do not exist in the console are ignored. The
 * fields in the call replace all fields, or with `ext_attrs_update_mode` 1 only those in the call. An empty
 * value removes a field.
 */
export function readExtension(
  organisation: Organisation,
  fields: Fields,
  current: User["extension"],
): User["extension"] | undefined {
  const given = object(fields, "extension", 60122);
  if (given === undefined) return undefined;
  if (JSON.stringify(given).length > 2_000) throw refuse(60122);
  const kept: Record<string, string> = whole(fields, "ext_attrs_update_mode") === 1 ? { ...current } : {};
  for (const name of organisation.switches.customFields) {
    const value = text(given, name);
    if (value === "") delete kept[name];
    else if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Refuses a manager who is not a member with 60128. */
export function requireManager(organisation: Organisation, userid: string): string {
  if (!organisation.users.has(userid)) throw refuse(60128);
  return userid;
}

/**
 * The userid that the caller chose: 1 to 64 letters, digits and `_ - @ .` (docs/dingtalk.md 5.1). Undefined
 * if there is none.
 */
export function readUserid(fields: Fields): string | undefined {
  const userid = text(fields, "userid");
  if (userid === undefined || userid === "") return undefined;
  if (!/^[\w\-@.]{1,64}$/.test(userid)) throw refuse(40035, " userid");
  return userid;
}

export function requiredName(fields: Fields): string {
  const name = readName(fields);
  if (name === undefined) throw missing("name");
  return name;
}
