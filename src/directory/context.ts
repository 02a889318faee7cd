import type { Clock } from "../core/clock.ts";
import type { JsonObject, JsonValue } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import { sameJson } from "../core/same-json.ts";
import type { Changes, EventCode, HistoryEvent } from "../history/event.ts";
import type { DirectoryStore, Mark } from "./ports.ts";

/** Who asks, for which source, in which request. */
export interface RequestContext {
  readonly sourceId: string;
  /** `token:<id>`. */
  readonly actor: string;
  readonly requestId: string;
  /** When the request arrived. */
  readonly receivedAt?: Date;
}

export interface DirectoryDeps {
  readonly store: DirectoryStore;
  readonly clock: Clock;
}

export function requestEvent(
  context: RequestContext,
  at: Date,
  code: EventCode,
  subject: { readonly kind: "user" | "group"; readonly id: string },
  changes: Changes,
): HistoryEvent {
  return {
    id: uuidv7(at.getTime()),
    at,
    code,
    actor: context.actor,
    sourceId: context.sourceId,
    requestId: context.requestId,
    causes: [],
    subject,
    changes,
    ...(context.receivedAt ? { detail: { receivedAt: context.receivedAt.toISOString() } } : {}),
  };
}

export const mark = (kind: "user" | "group", id: string, urgent = false): Mark => ({ ref: { kind, id }, urgent });

/** What differs between two documents, by top-level attribute. */
export function differences(before: JsonObject, after: JsonObject): Changes {
  const changes: Record<string, { before?: JsonValue; after?: JsonValue }> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (sameJson(old, now)) continue;
    changes[name] = { ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) };
  }
  return changes;
}

/** Tells optimistic writers apart: how often to read and decide again before saying that the resource is too busy. */
export const MAX_ROUNDS = 20;
