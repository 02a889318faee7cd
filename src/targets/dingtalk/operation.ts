import {
  type Attributes,
  type AttributeValue,
  type Note,
  TargetConflict,
  TargetDependency,
  TargetError,
  TargetRejected,
  type WriteContext,
} from "../../reconcile/target.ts";
import type { DingTalkClient, Session } from "./client.ts";
import { meaningOf } from "./codes.ts";

/** A long listing fails after thousands of calls; its last few say enough. */
const CALLS_IN_ERROR = 50;

/** Runs one operation of the port with its own record of calls, which a rejection carries too. */
export async function operate<T>(client: DingTalkClient, context: WriteContext, run: (session: Session) => Promise<T>): Promise<T> {
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

/** Refusals about one attribute that must not keep the others back (dingtalk-api.md sections 12 and 13). */
const LEAVE_OUT: Readonly<Record<string, string>> = {
  "41054": "mobile",
  "40021": "mobile",
  "40022": "mobile",
  "60128": "manager",
  "40031": "managers",
  "60068": "managers",
};

export interface Sent {
  readonly attributes: Attributes;
  readonly notes: readonly Note[];
  /** The refusal that made an attribute stay behind. */
  readonly refused?: TargetError;
  /** The value that stayed behind. */
  readonly leftOut?: AttributeValue;
}

/**
 * Sends attributes, and once more without the one DingTalk refuses by itself. A reference that is the only thing to send has to wait
 * for what it names; a number that is not ours to change is a note.
 */
export async function sendWhatIsTaken(attributes: Attributes, send: (attributes: Attributes) => Promise<void>): Promise<Sent> {
  try {
    await send(attributes);
    return { attributes, notes: [] };
  } catch (error) {
    const name = error instanceof TargetError ? LEAVE_OUT[error.answer] : undefined;
    if (!(error instanceof TargetError) || name === undefined || attributes[name] === undefined) throw error;
    const { [name]: leftOut, ...rest } = attributes;
    if (Object.keys(rest).length > 0) await send(rest);
    else if (error instanceof TargetDependency) throw error;
    return { attributes: rest, notes: [noteOf(name, error)], refused: error, ...(leftOut === undefined ? {} : { leftOut }) };
  }
}

/** The same for something that exists: a value that is taken or wrong keeps only itself back. Rejects with its refusal all the same, once the rest is sent. */
export async function sendTheRestToo(attributes: Attributes, send: (attributes: Attributes) => Promise<void>): Promise<Sent> {
  try {
    return await sendWhatIsTaken(attributes, send);
  } catch (error) {
    const refused = error instanceof TargetConflict || error instanceof TargetRejected ? meaningOf(error.answer).attribute : undefined;
    if (refused === undefined || attributes[refused] === undefined) throw error;
    const { [refused]: _refused, ...rest } = attributes;
    if (Object.keys(rest).length > 0) await sendWhatIsTaken(rest, send);
    throw error;
  }
}

/** The same conflict with its holder named, where somebody could be found. */
export function withHolder(conflict: TargetConflict, heldBy: string | undefined): TargetConflict {
  const { message, answer, reasonCode, remedy, attribute, personal, cause } = conflict;
  return new TargetConflict(
    message,
    { answer, reasonCode, remedy, attribute, personal, ...(heldBy === undefined ? {} : { heldBy }) },
    { cause },
  );
}

export const noteOf = (attribute: string, error: TargetError): Note => ({
  attribute,
  code: error.reasonCode,
  answer: error.answer,
  text: error.remedy === "" ? error.message : `${error.message}; ${error.remedy}`,
});

/** What of `wished` the observation does not already say. Empty and never told is no difference. */
export function differences(wished: Attributes, actual: Attributes): Attributes {
  const names = Object.keys(wished).filter((name) => !same(wished[name] ?? null, actual[name] ?? null));
  return Object.fromEntries(names.map((name) => [name, wished[name] ?? null]));
}

const same = (a: AttributeValue, b: AttributeValue): boolean => JSON.stringify(empty(a)) === JSON.stringify(empty(b));

const empty = (value: AttributeValue): AttributeValue => (Array.isArray(value) && value.length === 0 ? null : value);
