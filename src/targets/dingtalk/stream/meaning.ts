import type { EntityKind, JsonObject, JsonValue } from "../../../core/entity.ts";
import type { HintSubject, ReportedPart, TargetHint } from "../../../reconcile/target-hints.ts";
import type { Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { EXTENSION } from "../attributes/fields.ts";
import { phoneFromWire } from "../attributes/phone.ts";
import { isObject } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import { differences } from "../client/operation.ts";
import { idsOf, objectsIn } from "../client/wire-values.ts";
import type { StreamEvent } from "./frames.ts";

/* The meaning of contact events (docs/dingtalk.md 10.1), and whether their values were known. Pure. */

/** Maximum number of objects of an event. The comparison finds the rest. */
const MOST_SUBJECTS = 1_000;
const LONGEST_ID = 64;

type Meaning = Pick<HintSubject, "reported" | "concerns" | "appears" | "raisedBy">;
/** The event has no value, so only a read shows the change. */
const UNREPORTED_CHANGE: Meaning = { reported: {}, concerns: "anything" };
/** The event has no value, and a read returns everything that may have changed. */
const READABLE: Meaning = { reported: {}, concerns: "reported" };
const about = (part: string, names: readonly string[], isKnown: ReportedPart["isKnown"]): Meaning => ({
  reported: { [part]: { names, isKnown } },
  concerns: "reported",
});
/** The event reports no difference, as after a repeated write of ours. */
const UNCHANGED = about("unchanged", [], () => true);
/** The person is present. This is known if the person is remembered. */
const PRESENT: Meaning = { ...about("presence", [], () => true), appears: true };

const PEOPLE: Readonly<Record<string, Meaning>> = {
  user_add_org: PRESENT,
  // If the person is present again, it may be with a new account.
  user_leave_org: UNREPORTED_CHANGE,
  user_active_org: {
    ...about("activated", ["activated"], ({ activated }) => activated === true),
    appears: true,
  },
  org_admin_add: READABLE,
  org_admin_remove: READABLE,
};
const DEPARTMENTS: Readonly<Record<string, Meaning>> = {
  org_dept_create: PRESENT,
  // It has no value. Values of a department that a read does not return have no effect either
  // (docs/dingtalk.md 4.4).
  org_dept_modify: { ...READABLE, raisedBy: [API.departmentUpdate.path] },
  org_dept_remove: READABLE,
};

/** People or roles change these, and no event about the person reports it. */
const NEVER_REPORTED: ReadonlySet<string> = new Set(["nickname", "avatar", "roles"]);
/**
 * They follow our own writes of departments and title, so a new value is not always a change by somebody
 * else.
 */
const FOLLOWING: ReadonlySet<string> = new Set(["mainDepartment", "departmentTitles", "departmentOrders"]);

export const reportsChangesOf = (kind: EntityKind, attribute: string | undefined): boolean =>
  kind === "department" ||
  (kind === "user" &&
    (attribute === undefined || !(NEVER_REPORTED.has(attribute) || FOLLOWING.has(attribute))));

/** Other events (roles, the whole organisation, other products) concern no entity. */
export function hintOf({ id, type, atMs, data }: StreamEvent, region: string): TargetHint {
  return { eventId: id, type, atMs, about: subjects(type, data, region).slice(0, MOST_SUBJECTS) };
}

function subjects(type: string, data: JsonObject, region: string): readonly HintSubject[] {
  const people = Object.hasOwn(PEOPLE, type) ? PEOPLE[type] : undefined;
  const departments = Object.hasOwn(DEPARTMENTS, type) ? DEPARTMENTS[type] : undefined;
  if (people) return idsIn(data, "userid").map((remoteId) => ({ kind: "user", remoteId, ...people }));
  if (departments)
    return idsIn(data, "deptid").map((remoteId) => ({ kind: "department", remoteId, ...departments }));
  if (type !== "user_modify_org") return [];
  const diffs = new Map(objectsIn(entry(data, "diffinfo")).map((diff) => [String(diff.userid), diff]));
  return idsIn(data, "userid").map((remoteId) => {
    const diff = diffs.get(remoteId);
    return { kind: "user", remoteId, ...(diff ? meaningOf(diff, region) : UNREPORTED_CHANGE) };
  });
}

/** Older events use other spellings: `UserId`, `DeptId`. */
const entry = (data: JsonObject, name: string): JsonValue | undefined =>
  Object.entries(data).find(([key]) => key.toLowerCase() === name)?.[1];

function idsIn(data: JsonObject, name: string): readonly string[] {
  const value = entry(data, name);
  const all = typeof value === "number" ? [String(value)] : idsOf(value);
  return [...new Set(all)].filter((id) => id !== "" && id.length <= LONGEST_ID);
}

/** Events have a date. Remembered values have the time that was sent. */
const HIRED = "hired_date";

type Reading = (value: JsonValue, region: string) => Attributes;

const text =
  (name: string): Reading =>
  (value) => ({ [name]: String(value) });

/** Our attributes by keys of `diffInfo`. */
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
    return Object.fromEntries(
      Object.entries(isObject(fields) ? fields : {}).map(([name, each]) => [EXTENSION + name, String(each)]),
    );
  },
};

/** All reported changes of values. A value that cannot be compared counts as unknown. */
function meaningOf(diff: JsonObject, region: string): Meaning {
  const [before, after] = [diff.prev, diff.curr].map((side) => (isObject(side) ? side : {})) as [
    JsonObject,
    JsonObject,
  ];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (keys.length === 0) return UNCHANGED;
  const parts = keys.map((key) => [key, partOf(key, before[key], after[key], region)] as const);
  const isReadable = parts.every(([, part]) => part !== undefined);
  return {
    reported: Object.fromEntries(
      parts.map(([key, part]) => [key, part ?? { names: [], isKnown: () => false }]),
    ),
    concerns: isReadable ? "reported" : "anything",
  };
}

/** Undefined: the meaning of the key is not known. */
function partOf(
  key: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  region: string,
): ReportedPart | undefined {
  const reading = Object.hasOwn(READINGS, key) ? READINGS[key] : undefined;
  if (!reading) return undefined;
  try {
    const [had, has] = [read(reading, before, region), read(reading, after, region)];
    // A cleared field is missing. Of all custom fields only some have changed.
    const changed = differences({ ...emptied(had), ...has }, had);
    return {
      names: Object.keys(changed),
      isKnown: (remembered) =>
        Object.entries(changed).every(([name, value]) => isSame(name, value, remembered[name], region)),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const read = (reading: Reading, value: JsonValue | undefined, region: string): Attributes =>
  value === undefined || value === null ? {} : reading(value, region);

const emptied = (values: Attributes): Attributes =>
  Object.fromEntries(Object.keys(values).map((name) => [name, null]));

function isSame(
  name: string,
  reported: AttributeValue,
  known: AttributeValue | undefined,
  region: string,
): boolean {
  if (known === undefined) return false;
  if (name === HIRED)
    return typeof known === "number" && reported === new Date(known).toISOString().slice(0, 10);
  if (name === "mobile" && typeof reported === "string" && typeof known === "string")
    return isSameMobile(reported, known);
  const remembered =
    name === "telephone" && typeof known === "string" ? phoneFromWire(known, undefined, region) : known;
  return (
    JSON.stringify(reported) ===
    JSON.stringify(Array.isArray(remembered) ? [...remembered].sort() : remembered)
  );
}

/** The number may be reported without a country code, which is not the same for all people. */
function isSameMobile(reported: string, known: string): boolean {
  const [here, there] = [reported, known].map((each) => each.replace(/\D/g, "")) as [string, string];
  const national = known.slice(known.indexOf("-") + 1).replace(/\D/g, "");
  return here === there || here === national;
}
