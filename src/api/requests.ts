import type { Response } from "express";
import type { Changes } from "../history/event.ts";
import { requestContext } from "../http/request-context.ts";
import type { Operator } from "../reconcile/operator-event.ts";

/** Who asks, as events name them. */
export function operatorOf(res: Response): Operator {
  const { actor, requestId, sourceId } = requestContext(res);
  return { actor, requestId, sourceId };
}

/** The fields of a JSON body; undefined when it is no object. What they are is for the caller to check. */
export const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : undefined;

/** Others see which attributes changed or would change. What is shown of people is noted (personal-reads.ts). */
export const maySeeValues = (res: Response): boolean => requestContext(res).scopes.includes("history:personal");

export const withoutValues = (changes: Changes): Changes => Object.fromEntries(Object.keys(changes).map((name) => [name, {}]));
