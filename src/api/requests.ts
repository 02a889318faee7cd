import type { Response } from "express";
import type { Changes } from "../history/event.ts";
import { requestContext } from "../http/request-context.ts";
import type { Operator } from "../reconcile/operator-event.ts";

/** The caller, as in events. */
export function operatorOf(res: Response): Operator {
  const { actor, requestId, sourceId } = requestContext(res);
  return { actor, requestId, sourceId };
}

/** The fields of a JSON body. Undefined: not an object. The caller checks their values. */
export const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : undefined;

/** Other callers see only which attributes change. Shown values are recorded (personal-reads.ts). */
export const maySeeValues = (res: Response): boolean =>
  requestContext(res).scopes.includes("history:personal");

export const withoutValues = (changes: Changes): Changes =>
  Object.fromEntries(Object.keys(changes).map((name) => [name, {}]));
