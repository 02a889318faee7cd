import type { EntityKind, JsonObject, JsonValue } from "../../../core/entity.ts";
import type { HintSubject, TargetHint, Told } from "../../../reconcile/target-hints.ts";
import type { Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { EXTENSION } from "../attributes/fields.ts";
import { phoneFromWire } from "../attributes/phone.ts";
import { isObject } from "../client/answer.ts";
import { idsOf, objectsIn } from "../client/wire-values.ts";
import type { StreamEvent } from "./frames.ts";

/* What contact events are about (docs/dingtalk.md 10.1), and what of them was known. Pure. */

/** An event about more is about so many: what is beyond is the comparison's. */
const MOST_SUBJECTS = 1_000;
const LONGEST_ID = 64;

type Parts = HintSubject["told"];
/** Only the thing itself can tell. */
const NOTHING: Parts = {};
/** That nothing is another one than before, as after a write of ours that says the same again. */
const UNCHANGED: Parts = { unchanged: () => true };
/** Whoever is remembered to be there is there. */
const PRESENT: Parts = { presence: () => true };

const PEOPLE: Readonly<Record<string, Parts>> = {
  user_add_org: PRESENT,
  user_leave_org: NOTHING,
  user_active_org: { activated: ({ activated }) => activated === true },
  org_admin_add: NOTHING,
  org_admin_remove: NOTHING,
};
const DEPARTMENTS: Readonly<Record<string, Parts>> = {
  org_dept_create: PRESENT,
  // It tells no value.
  org_dept_modify: NOTHING,
  org_dept_remove: NOTHING,
};

/** People change these themselves, or roles do, and no event of a person says so. */
const UNTOLD: ReadonlySet<string> = new Set(["nickname", "avatar", "roles"]);

export const tellsOf = (kind: EntityKind, attribute: string | undefined): boolean =>
  kind === "department" || (kind === "user" && (attribute === undefined || !UNTOLD.has(attribute)));

/** Everything else is about nobody: roles, the organisation as a whole, other products. */
export function hintOf({ id, type, atMs, data }: StreamEvent, region: string): TargetHint {
  return { eventId: id, type, atMs, about: subjects(type, data, region).slice(0, MOST_SUBJECTS) };
}

function subjects(type: string, data: JsonObject, region: string): readonly HintSubject[] {
  const people = Object.hasOwn(PEOPLE, type) ? PEOPLE[type] : undefined;
  const departments = Object.hasOwn(DEPARTMENTS, type) ? DEPARTMENTS[type] : undefined;
  if (people) return idsIn(data, "userid").map((remoteId) => ({ kind: "user", remoteId, told: people }));
  if (departments) return idsIn(data, "deptid").map((remoteId) => ({ kind: "department", remoteId, told: departments }));
  if (type !== "user_modify_org") return [];
  const told = new Map(objectsIn(entry(data, "diffinfo")).map((diff) => [String(diff.userid), diff]));
  return idsIn(data, "userid").map((remoteId) => {
    const diff = told.get(remoteId);
    return { kind: "user", remoteId, told: diff ? partsOf(diff, region) : NOTHING };
  });
}

/** Older events spell keys otherwise: `UserId`, `DeptId`. */
const entry = (data: JsonObject, name: string): JsonValue | undefined =>
  Object.entries(data).find(([key]) => key.toLowerCase() === name)?.[1];

function idsIn(data: JsonObject, name: string): readonly string[] {
  const value = entry(data, name);
  const all = typeof value === "number" ? [String(value)] : idsOf(value);
  return [...new Set(all)].filter((id) => id !== "" && id.length <= LONGEST_ID);
}

/** Told as a date, and remembered as the moment it was sent as. */
const HIRED = "hired_date";

type Reading = (value: JsonValue, region: string) => Attributes;

const text =
  (name: string): Reading =>
  (value) => ({ [name]: String(value) });

/** Keys of `diffInfo`, by ours. */
const READINGS: Readonly<Record<string, Reading>> = {
  name: text("name"),
  title: text("title"),
  managerUserid: text("manager"),
  email: text("email"),
  jobNumber: text("job_number"),
  workPlace: text("work_place"),
  remark: text("remark"),
  telephone: (value, region) => ({ telephone: phoneFromWire(String(value), undefined, region) }),
  mobile: text("mobile"),
  deptIdList: (value) => ({ departments: [...idsOf(value)].filter((id) => !id.startsWith("-")).sort() }),
  hiredDate: text(HIRED),
  extension: (value) => {
    const fields: JsonValue = typeof value === "string" ? JSON.parse(value) : value;
    return Object.fromEntries(Object.entries(isObject(fields) ? fields : {}).map(([name, each]) => [EXTENSION + name, String(each)]));
  },
};

/** Each value that is told to have changed. One that cannot be compared was not known. */
function partsOf(diff: JsonObject, region: string): Parts {
  const [before, after] = [diff.prev, diff.curr].map((side) => (isObject(side) ? side : {})) as [JsonObject, JsonObject];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.length === 0 ? UNCHANGED : Object.fromEntries(keys.map((key) => [key, partOf(key, before[key], after[key], region)]));
}

function partOf(key: string, before: JsonValue | undefined, after: JsonValue | undefined, region: string): Told {
  const reading = Object.hasOwn(READINGS, key) ? READINGS[key] : undefined;
  if (!reading) return () => false;
  try {
    // A field that was cleared is missing.
    const told = after === undefined || after === null ? emptied(reading(before ?? "", region)) : reading(after, region);
    return (remembered) => Object.entries(told).every(([name, value]) => isSame(name, value, remembered[name], region));
  } catch (error) {
    if (error instanceof SyntaxError) return () => false;
    throw error;
  }
}

const emptied = (told: Attributes): Attributes => Object.fromEntries(Object.keys(told).map((name) => [name, null]));

function isSame(name: string, told: AttributeValue, known: AttributeValue | undefined, region: string): boolean {
  if (known === undefined) return false;
  if (name === HIRED) return typeof known === "number" && told === new Date(known).toISOString().slice(0, 10);
  if (name === "mobile" && typeof told === "string" && typeof known === "string") return isSameMobile(told, known);
  const remembered = name === "telephone" && typeof known === "string" ? phoneFromWire(known, undefined, region) : known;
  return JSON.stringify(told) === JSON.stringify(Array.isArray(remembered) ? [...remembered].sort() : remembered);
}

/** Told with or without a country code, which is not that of the organisation for everybody. */
function isSameMobile(told: string, known: string): boolean {
  const [here, there] = [told, known].map((each) => each.replace(/\D/g, "")) as [string, string];
  const national = known.slice(known.indexOf("-") + 1).replace(/\D/g, "");
  return here === there || here === national;
}
