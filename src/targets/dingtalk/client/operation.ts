import type { WriteContext } from "../../../reconcile/target.ts";
import { TargetConflict, TargetError } from "../../../reconcile/target-failures.ts";
import type { Attributes, AttributeValue, Note } from "../../../reconcile/target-values.ts";
import type { DingTalkClient, Session } from "./client.ts";

/**
 * The number of calls that an error keeps. A long listing fails after thousands of calls, and the last few
 * are enough.
 */
const CALLS_IN_ERROR = 50;

/** Runs one operation of the port with its own record of calls. A rejection has the record too. */
export async function operate<T>(
  client: DingTalkClient,
  context: WriteContext,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  const session = client.open(context);
  try {
    return await run(session);
  } catch (error) {
    throw withCalls(error, session);
  }
}

export function withCalls(error: unknown, session: Session): unknown {
  if (error instanceof TargetError) error.calls = session.calls.slice(-CALLS_IN_ERROR);
  return error;
}

/** The same conflict with its holder, if one was found. */
export function withHolder(conflict: TargetConflict, heldBy: string | undefined): TargetConflict {
  const { message, answer, reasonCode, remedy, attribute, cause } = conflict;
  return new TargetConflict(
    message,
    { answer, reasonCode, remedy, attribute, ...(heldBy === undefined ? {} : { heldBy }) },
    { cause },
  );
}

export const noteOf = (attribute: string, error: TargetError): Note => ({
  attribute,
  code: error.reasonCode,
  answer: error.answer,
  text: error.remedy === "" ? error.message : `${error.message}; ${error.remedy}`,
});

/** The part of `requested` that differs from the observation. Empty and not returned are equal. */
export function differences(requested: Attributes, actual: Attributes): Attributes {
  const names = Object.keys(requested).filter((name) => !same(requested[name] ?? null, actual[name] ?? null));
  return Object.fromEntries(names.map((name) => [name, requested[name] ?? null]));
}

const same = (a: AttributeValue, b: AttributeValue): boolean =>
  JSON.stringify(empty(a)) === JSON.stringify(empty(b));

const empty = (value: AttributeValue): AttributeValue =>
  Array.isArray(value) && value.length === 0 ? null : value;
