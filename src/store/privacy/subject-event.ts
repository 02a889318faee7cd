import type { Clock } from "../../core/clock.ts";
import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { AskedBy } from "../../privacy/subjects.ts";

/** What was done with a person's data. Has no values. */
export function subjectEvent(
  code: HistoryEvent["code"] & (`subject.${string}` | "user.deleted"),
  id: string,
  { actor, requestId, detail }: AskedBy,
  clock: Clock,
  more: JsonObject,
): HistoryEvent {
  const at = clock.now();
  const about = { subject: { kind: "user", id }, detail: { ...more, ...detail } } as const;
  return { id: uuidv7(at.getTime()), at, code, actor, causes: [], ...(requestId === undefined ? {} : { requestId }), ...about };
}

/** As records name who asked. */
export const nameOf = ({ actor, detail }: AskedBy): string => (typeof detail?.osUser === "string" ? `${actor}:${detail.osUser}` : actor);
