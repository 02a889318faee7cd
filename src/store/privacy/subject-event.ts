import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { AskedBy } from "../../privacy/subjects.ts";

/** An event about an export, a hold, an erasure or a deletion of a person's data. It has no values. */
export function subjectEvent(
  code: HistoryEvent["code"] & (`subject.${string}` | "user.deleted"),
  id: string,
  { actor, requestId, detail }: AskedBy,
  clock: Clock,
  more: JsonObject,
): HistoryEvent {
  const at = clock.now();
  const about = { subject: { kind: "user", id }, detail: { ...more, ...detail } } as const;
  return {
    id: uuidv7(at.getTime()),
    at,
    code,
    actor,
    causes: [],
    ...(requestId === undefined ? {} : { requestId }),
    ...about,
  };
}

/** The name of the caller for the tables of holds and erasures. */
export const nameOf = ({ actor, detail }: AskedBy): string =>
  typeof detail?.osUser === "string" ? `${actor}:${detail.osUser}` : actor;
