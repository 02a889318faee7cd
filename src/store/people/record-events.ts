import type { JsonObject } from "../../core/entity.ts";
import type { Changes, HistoryEvent } from "../../history/event.ts";
import { mayRename } from "../references.ts";

/* Events of records and of the person that they belong to. */

/** True: the change concerns a value by which records are compared. */
export const mayBeSomebodyElse = (changes: Changes): boolean =>
  changes.userName !== undefined ||
  changes.emails !== undefined ||
  changes.active !== undefined ||
  mayRename(changes);

/** The document before the write, from the new document and its changes. */
export function beforeOf(written: JsonObject, changes: Changes = {}): JsonObject {
  let document = written;
  for (const [name, { before }] of Object.entries(changes)) {
    const { [name]: _now, ...others } = document;
    document = before === undefined ? others : { ...others, [name]: before };
  }
  return document;
}

export const ofRecord = (
  event: HistoryEvent,
  code: "record.updated" | "record.deleted",
  personId: string,
): HistoryEvent => ({
  ...event,
  code,
  detail: { ...event.detail, person: personId },
});

/** The origin of the person's event: the event of the record is its cause, and the request is the same. */
export const originOf = ({ at, actor, id, sourceId, requestId, detail }: HistoryEvent) => ({
  at,
  actor,
  causes: [id],
  ...(sourceId === undefined ? {} : { sourceId }),
  ...(requestId === undefined ? {} : { requestId }),
  ...(typeof detail?.receivedAt === "string" ? { detail: { receivedAt: detail.receivedAt } } : {}),
});
