import type { EntityKind } from "../../../core/entity.ts";
import {
  type Actual,
  type Attributes,
  type AttributeValue,
  listOf,
} from "../../../reconcile/target-values.ts";
import { pairsOf } from "../client/wire-values.ts";
import { keptOtherwise } from "../people/read-back.ts";
import { EXTENSION, EXTENSION_MAX } from "./fields.ts";
import type { Reason, Rule } from "./rule.ts";

/** Null for a regular account; undefined: neither side has a value. */
const kindOfAccount = (attributes: Attributes, actual: Actual | undefined): AttributeValue | undefined => {
  const had = actual?.attributes.exclusive_account_type;
  return had === undefined ? attributes.exclusive_account_type : had;
};

/**
 * A person who has signed in owns the number (docs/dingtalk.md 5.2). A number that DingTalk has refused is
 * not sent again.
 */
const mobileLocked: Rule = ({ mobile }, actual) => {
  if (
    mobile === undefined ||
    !actual ||
    actual.attributes.mobile === undefined ||
    actual.attributes.mobile === mobile
  )
    return [];
  if (actual.attributes.activated !== true && actual.attributes.mobile_refused !== mobile) return [];
  return [["mobile", MOBILE_LOCKED]];
};

const MOBILE_LOCKED: Reason = [
  "mobileLocked",
  "the person signs in with another number: they change it in DingTalk under Me › Settings › Account and security, or are removed and added again",
];

const accountType: Rule = (attributes, actual) => {
  const kind = kindOfAccount(attributes, actual);
  const requested = attributes.exclusive_account_type;
  const had = actual?.attributes.exclusive_account_type;
  const left: (readonly [string, Reason?])[] = [];
  // No update can set it, so without a known present value no note is possible.
  if (actual && had === undefined && requested !== undefined) left.push(["exclusive_account_type"]);
  if (requested !== undefined && had !== undefined && had !== requested) {
    left.push([
      "exclusive_account_type",
      ["fixedAtCreation", "the kind of account is fixed; remove the person and add them again"],
    ]);
  }
  if (kind && attributes.mobile !== undefined)
    left.push(["mobile", ["notUsed", "an enterprise account has no mobile; map exclusive_mobile"]]);
  if (kind !== "dingtalk" && attributes.login_id !== undefined)
    left.push(["login_id", ["notUsed", "only accounts of type dingtalk have a login name"]]);
  for (const name of ["nickname", "exclusive_mobile"]) {
    if (!kind && attributes[name] !== undefined)
      left.push([name, ["notUsed", "only enterprise accounts have this"]]);
  }
  return left;
};

/**
 * Without a main department it is not managed. A department that the person is not in cannot be the main one.
 */
const mainDepartment: Rule = (attributes, actual) => {
  const main = attributes.mainDepartment;
  const departments = attributes.departments ?? actual?.attributes.departments;
  if (main === undefined || !Array.isArray(departments) || departments.includes(String(main))) return [];
  return [["mainDepartment", ["notAMember", "the main department is not one of the person's departments"]]];
};

/**
 * The edition of a mailbox is sent only with its address. Alone it could never be compared, and every run
 * would send it.
 */
const mailboxEdition: Rule = ({ org_email, org_email_type }, actual) => {
  if (org_email_type === undefined || !actual || actual.attributes.org_email_type !== undefined) return [];
  return org_email === undefined || org_email === actual.attributes.org_email ? [["org_email_type"]] : [];
};

const extensionFits: Rule = (attributes) => {
  const left: (readonly [string, Reason])[] = [];
  let length = 2;
  for (const name of Object.keys(attributes)
    .filter((each) => each.startsWith(EXTENSION))
    .sort()) {
    length += JSON.stringify({ [name.slice(EXTENSION.length)]: attributes[name] }).length - 1;
    if (length > EXTENSION_MAX)
      left.push([name, ["tooLong", `the custom fields together exceed ${EXTENSION_MAX} characters`]]);
  }
  return left;
};

/** A new custom field with an empty value needs no call, because append mode leaves it out. */
const emptyExtension: Rule = (attributes, actual) =>
  actual === undefined
    ? []
    : Object.keys(attributes)
        .filter(
          (name) =>
            name.startsWith(EXTENSION) &&
            attributes[name] === null &&
            (actual.attributes[name] ?? null) === null,
        )
        .map((name) => [name] as const);

const managersLater: Rule = (attributes, actual) =>
  actual || attributes.managers === undefined
    ? []
    : [["managers", ["afterMembers", "managers are set once they are members of the department"]]];

export const RULES: Readonly<Record<EntityKind, readonly Rule[]>> = {
  user: [
    accountType,
    mobileLocked,
    mainDepartment,
    mailboxEdition,
    extensionFits,
    emptyExtension,
    keptOtherwise,
  ],
  department: [managersLater, keptOtherwise],
  role: [],
  group: [],
};

/**
 * DingTalk stores an order and a title for each department of a person, even if nobody set them. Orders that
 * nobody requested, and titles that only repeat the person's own, stay unchanged.
 */
export function unmanagedEntries(requested: Attributes, there: Attributes): Attributes {
  const departments = listOf(requested.departments ?? there.departments);
  const completed = (name: string, theirs: (value: string) => AttributeValue | undefined): Attributes => {
    if (requested[name] === undefined) return {};
    const requestedPairs = pairsOf(requested[name]);
    const kept = [...pairsOf(there[name])]
      .filter(([id]) => !requestedPairs.has(id) && departments.includes(id))
      .flatMap(([id, value]) => (isNothing(theirs(value)) ? [] : [[id, theirs(value)]]));
    return { [name]: [...requestedPairs, ...kept].map(([id, value]) => `${id}=${value}`).sort() };
  };
  // A title that repeats the person's own follows it.
  const own = requested.title === undefined ? there.title : requested.title;
  return {
    ...completed("departmentOrders", (order) => order),
    ...completed("departmentTitles", (title) => (title === there.title ? own : undefined)),
  };
}

const isNothing = (value: AttributeValue | undefined): boolean =>
  value === undefined || value === null || value === "";
