import type pg from "pg";
import type { EntityKind, JsonObject } from "../../core/entity.ts";
import { openPart } from "../../history/entry.ts";
import type { Changes, EventCode, LoggedEvent, Outcome } from "../../history/event.ts";
import type { EventValues, Vault } from "../vault.ts";

/* Rows of the history as events. */

/** Columns of `history h` for `loggedEvent`. */
export const COLUMNS = `h.id, h.at, h.code, h.actor, h.source_id, h.request_id, h.causes, h.subject_kind, h.subject, h.target, h.attempt, h.outcome, h.changes, h.attributes, h.members, h.sealed, h.detail,
  case when h.sealed is not null then (select k.wrapped from subject_keys k where k.subject = h.subject) end as wrapped`;

export interface EventRow extends pg.QueryResultRow {
  id: string;
  at: Date;
  code: EventCode;
  actor: string;
  source_id: string | null;
  request_id: string | null;
  causes: string[];
  subject_kind: EntityKind | null;
  subject: string | null;
  target: string | null;
  attempt: number | null;
  outcome: Outcome | null;
  /** Plain values of an event of an earlier version. Null after they are encrypted. */
  changes: string | null;
  attributes: string[] | null;
  members: string | null;
  sealed: Buffer | null;
  wrapped: Buffer | null;
  detail: string | null;
}

export function loggedEvent(row: EventRow, vault: Vault): LoggedEvent {
  const { changes, personal, erased } = valuesIn(row, vault);
  return {
    id: row.id,
    at: row.at,
    code: row.code,
    actor: row.actor,
    causes: row.causes,
    ...(row.source_id ? { sourceId: row.source_id } : {}),
    ...(row.request_id ? { requestId: row.request_id } : {}),
    ...(row.subject_kind && row.subject ? { subject: { kind: row.subject_kind, id: row.subject } } : {}),
    ...(row.target ? { target: row.target } : {}),
    ...(row.attempt === null ? {} : { attempt: row.attempt }),
    ...(row.outcome ? { outcome: row.outcome } : {}),
    ...(changes ? { changes } : {}),
    ...(row.detail ? { detail: JSON.parse(row.detail) as JsonObject } : {}),
    ...(personal ? { personal } : {}),
    ...(erased ? { erased } : {}),
    ...(row.changes === null ? { open: openPart({ ...row, at: row.at.toISOString() }) } : {}),
    ...(row.sealed === null ? {} : { sealed: row.sealed.toString("base64") }),
  };
}

function valuesIn(row: EventRow, vault: Vault): Pick<LoggedEvent, "changes" | "personal" | "erased"> {
  const { id, subject, sealed, wrapped } = row;
  if (row.changes !== null) return { changes: JSON.parse(row.changes) as Changes };
  const members = row.members === null ? {} : { members: JSON.parse(row.members) as Changes[string] };
  const hasValues = sealed !== null && subject !== null;
  const values = hasValues
    ? (vault.open({ subject, about: id, sealed, wrapped }) as EventValues | undefined)
    : {};
  // Without values (erased, expired or never stored) the event still has the names of the changed attributes.
  const names = Object.fromEntries((row.attributes ?? []).map((name) => [name, {}]));
  const changes = { ...names, ...values?.changes, ...members };
  return {
    ...(Object.keys(changes).length > 0 ? { changes } : {}),
    ...(values?.detail ? { personal: values.detail } : {}),
    ...(values === undefined ? { erased: true } : {}),
  };
}
