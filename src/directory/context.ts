import type { Clock } from "../core/clock.ts";
import { uuidv7 } from "../core/id.ts";
import type { Changes, EventCode, HistoryEvent } from "../history/event.ts";
import type { DirectoryStore, Mark } from "./ports.ts";

/** The actor, the source and the request of a command. */
export interface RequestContext {
  readonly sourceId: string;
  /** `token:<id>`. */
  readonly actor: string;
  readonly requestId: string;
  /** When the request arrived. */
  readonly receivedAt?: Date;
  /** Events that caused it, if it is not a client request. */
  readonly causes?: readonly string[];
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
    causes: context.causes ?? [],
    subject,
    changes,
    ...(context.receivedAt ? { detail: { receivedAt: context.receivedAt.toISOString() } } : {}),
  };
}

export const mark = (kind: "user" | "group", id: string, urgent = false): Mark => ({
  ref: { kind, id },
  urgent,
});
