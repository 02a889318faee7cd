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
import { meaningOf } from "../client/codes.ts";

/** Maximum calls of one operation for finding the refused values; the rest is not tried. */
const MAX_ROUNDS = 24;

export interface Sent {
  readonly taken: Attributes;
  readonly refused: readonly Refused[];
  /** What ended it before everything was sent. Rejected instead while nothing is taken. */
  readonly failure?: unknown;
}

export interface Parts {
  /** What the first call cannot be without: there is nothing of the entity until it is taken. */
  readonly required?: readonly string[];
  /** What is sent by itself when it is refused, and whose refusal is the end of the operation all the same. */
  readonly decisive?: readonly string[];
  send(attributes: Attributes): Promise<void>;
}

/**
 * Sends attributes; a value that is refused keeps only itself back. Where the refusal does not name it, the rest is sent first (on a create: what is
 * required), and then the suspects in halves, so that one bad value of n costs about 2 log n calls.
 */
export async function sendInParts(requested: Attributes, { required = [], decisive = [], send }: Parts): Promise<Sent> {
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
  const misplaced = (name: string): boolean => PLACED.includes(name) && refused.some(({ attribute }) => attribute === "departments");

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
      // By now the others are there: these alone are left.
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

/** The failure with what was done before it. */
export function partly(failure: unknown, done: Written): unknown {
  if (failure instanceof TargetError) failure.taken = done;
  return failure;
}

/** Values that hold in departments only: without the move they say nothing. */
const PLACED = ["mainDepartment", "departmentTitles", "departmentOrders"];

/** A move comes before what holds in the new place. */
const inOrder = (names: readonly string[]): readonly string[] => [
  ...names.filter((name) => !PLACED.includes(name)),
  ...names.filter((name) => PLACED.includes(name)),
];

/** Refusals by which another call without some of the values may succeed. One about the entity as a whole is not. */
function isAboutValues(error: unknown, names: readonly string[]): error is TargetError {
  if (error instanceof TargetConflict) return error.attribute !== "userid";
  if (error instanceof TargetRejected) return !meaningOf(error.answer).whole;
  return error instanceof TargetDependency && error.attribute !== undefined && names.includes(error.attribute);
}

/** Attributes that one code may mean: DingTalk has fewer codes than attributes. */
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

/** The names that the refusal may concern; none if it can only concern required ones. */
function suspectsOf({ attribute }: TargetError, names: readonly string[], required: readonly string[]): readonly string[] {
  const optional = names.filter((name) => !required.includes(name));
  if (attribute === undefined) return optional;
  const isMeant = (name: string): boolean =>
    name === attribute || MEANT[attribute]?.includes(name) === true || (attribute === "extension" && name.startsWith(EXTENSION));
  const meant = names.filter(isMeant);
  return meant.length > 0 ? meant.filter((name) => optional.includes(name)) : optional;
}

const only = (attributes: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(names.map((name) => [name, attributes[name] ?? null]));
