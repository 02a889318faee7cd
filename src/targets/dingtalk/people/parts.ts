import {
  type Refused,
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetRejected,
  type Written,
} from "../../../reconcile/target-failures.ts";
import type { Attributes, AttributeValue } from "../../../reconcile/target-values.ts";
import { EXTENSION } from "../attributes/fields.ts";
import { meaningOf } from "../client/answers/codes.ts";

/** Most calls of one operation that search for refused values. Values that are left then count as refused. */
const MAX_ROUNDS = 24;

export interface Sent {
  readonly taken: Attributes;
  readonly refused: readonly Refused[];
  /**
   * The error that ended the operation after a part was sent. If nothing was sent, `sendInParts` rejects with
   * the error.
   */
  readonly failure?: unknown;
}

export interface Parts {
  /** Values that the first call must contain, because the entity does not exist without them. */
  readonly required?: readonly string[];
  /**
   * If one of these values is refused, the others are still sent, and the operation fails with the refusal.
   */
  readonly decisive?: readonly string[];
  send(attributes: Attributes): Promise<void>;
}

/**
 * Sends attributes. A refused value does not keep the others from being sent. If a refusal does not name its
 * attribute, the other values are sent first (at a create: the required ones), and then halves of the
 * suspected values. One bad value among n costs about 2 log n calls.
 */
export async function sendInParts(
  requested: Attributes,
  { required = [], decisive = [], send }: Parts,
): Promise<Sent> {
  const taken: Record<string, AttributeValue> = {};
  const refused: Refused[] = [];
  let rounds = MAX_ROUNDS;
  let decided: TargetError | undefined;
  let last: TargetError | undefined;

  const refuse = (names: readonly string[], error: TargetError): void => {
    for (const name of names) {
      if (decisive.includes(name)) decided ??= error;
      else refused.push({ attribute: name, value: requested[name] ?? null, error });
    }
  };
  const misplaced = (name: string): boolean =>
    PLACED.includes(name) && refused.some(({ attribute }) => attribute === "departments");

  async function part(given: readonly string[]): Promise<void> {
    const placeless = given.filter(misplaced);
    if (placeless.length > 0 && last) refuse(placeless, last);
    const names = given.filter((name) => !placeless.includes(name));
    if (names.length === 0) return;
    if (rounds-- <= 0 && last) return refuse(names, last);
    try {
      await send(only(requested, names));
      Object.assign(taken, only(requested, names));
    } catch (error) {
      if (!isAboutValues(error, names)) throw error;
      last = error;
      const suspects = suspectsOf(error, names, required);
      if (suspects.length === 0) throw error;
      if (suspects.length === 1) refuse(suspects, error);
      if (suspects.length < names.length) await part(names.filter((name) => !suspects.includes(name)));
      if (suspects.length === 1) return;
      // The other values are sent. Only the suspected ones are left.
      if (suspects.length < names.length) return part(suspects);
      const half = Math.ceil(names.length / 2);
      await part(names.slice(0, half));
      await part(names.slice(half));
    }
  }

  try {
    await part(inOrder(Object.keys(requested)));
  } catch (error) {
    if (Object.keys(taken).length === 0) throw error;
    return { taken, refused, failure: error };
  }
  if (decided && Object.keys(taken).length === 0) throw decided;
  return { taken, refused, ...(decided ? { failure: decided } : {}) };
}

/** Adds what was done before the failure to the failure. */
export function partly(failure: unknown, done: Written): unknown {
  if (failure instanceof TargetError) failure.taken = done;
  return failure;
}

/** Values of a person within a department. Without the change of departments they have no meaning. */
const PLACED = ["mainDepartment", "departmentTitles", "departmentOrders"];

/** The change of departments comes before values within these departments. */
const inOrder = (names: readonly string[]): readonly string[] => [
  ...names.filter((name) => !PLACED.includes(name)),
  ...names.filter((name) => PLACED.includes(name)),
];

/**
 * Whether another call without some of the values may succeed. It cannot when the refusal is about the entity
 * as a whole.
 */
function isAboutValues(error: unknown, names: readonly string[]): error is TargetError {
  if (error instanceof TargetConflict) return error.attribute !== "userid";
  if (error instanceof TargetRejected) return !meaningOf(error.answer).whole;
  return (
    error instanceof TargetDependency && error.attribute !== undefined && names.includes(error.attribute)
  );
}

/** Attributes that one code may mean. DingTalk has fewer codes than attributes. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  email: ["email", "org_email"],
  mobileOrEmail: ["mobile", "exclusive_mobile", "email", "org_email"],
  permits: ["dept_permits", "user_permits", "outer_permit_depts", "outer_permit_users"],
  visibility: [
    "hide_dept",
    "dept_permits",
    "user_permits",
    "outer_dept",
    "outer_dept_only_self",
    "outer_permit_depts",
    "outer_permit_users",
  ],
};

/** The names that the refusal may concern. Empty if it can concern only required ones. */
function suspectsOf(
  { attribute }: TargetError,
  names: readonly string[],
  required: readonly string[],
): readonly string[] {
  const optional = names.filter((name) => !required.includes(name));
  if (attribute === undefined) return optional;
  const isMeant = (name: string): boolean =>
    name === attribute ||
    MEANT[attribute]?.includes(name) === true ||
    (attribute === "extension" && name.startsWith(EXTENSION));
  const meant = names.filter(isMeant);
  return meant.length > 0 ? meant.filter((name) => optional.includes(name)) : optional;
}

const only = (attributes: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(names.map((name) => [name, attributes[name] ?? null]));
