import type { Organisation } from "../../organisation/model.ts";
import type { PendingDismission } from "../../organisation/records.ts";
import type { User } from "../../organisation/user-record.ts";
import { type Fields, text } from "../../wire/fields.ts";
import { invalidParameter, Refused, refuseNew } from "../../wire/refusal.ts";

export function requireFeature(organisation: Organisation): void {
  if (!organisation.switches.hr) throw refuseNew(400, "suiteCallInvalid", "企业未开通智能人事");
}

export function requireEmployee(organisation: Organisation, fields: Fields, name: string): User {
  requireFeature(organisation);
  const userid = text(fields, name);
  if (!userid) throw invalidParameter(name);
  const user = organisation.users.get(userid);
  if (!user) throw refuseNew(400, "empNotExists", `员工不存在: ${name}`);
  return user;
}

/** `lastWorkDate` in Unix milliseconds. `current` if the call does not contain it. */
export function readDay(fields: Fields, current: number | undefined): number {
  const written = text(fields, "lastWorkDate");
  const day = written === undefined ? current : Number(written);
  if (day === undefined || !Number.isSafeInteger(day) || day < 1) throw invalidParameter("lastWorkDate");
  return day;
}

/** The reasons of a leave. Without both lists: those of `current`; refused if there is no `current`. */
export function readReasons(
  fields: Fields,
  current: PendingDismission | undefined,
): Pick<PendingDismission, "voluntaryReason" | "passiveReason"> {
  const voluntary = readIds(fields, "terminationReasonVoluntary");
  const passive = readIds(fields, "terminationReasonPassive");
  if (voluntary.length + passive.length > 0) return { voluntaryReason: voluntary, passiveReason: passive };
  if (!current) throw invalidParameter("terminationReasonVoluntary");
  return { voluntaryReason: current.voluntaryReason, passiveReason: current.passiveReason };
}

/** A list of ids: an array, or in a query its JSON text. */
export function readIds(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return [];
  const list = typeof value === "string" ? parsed(value, name) : value;
  if (!Array.isArray(list) || !list.every((id) => typeof id === "string" || typeof id === "number"))
    throw invalidParameter(name);
  return list.map(String);
}

function parsed(value: string, name: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new Refused(invalidParameter(name).refusal, { cause });
  }
}

export const MOST_AT_ONCE = 50;
