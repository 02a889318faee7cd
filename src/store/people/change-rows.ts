import type pg from "pg";
import type { Patch } from "../../schedule/attributes.ts";
import type { ChangeKind, ScheduledChange } from "../../schedule/change.ts";
import type { Statement } from "../postgres/statement.ts";

/* Rows of `scheduled_changes`. */

/** Parameters: 1 records. */
export const PENDING: Statement = {
  name: "schedule-pending",
  text: `select c.id, c.resource, c.kind, c.day::text as day, c.zone, c.due_at, c.patch::text as patch, c.received_at, c.event_id, c.standing
    from scheduled_changes c where c.resource = any($1::uuid[]) and (c.state = 'scheduled' or c.standing) order by c.due_at, c.id`,
};

/** Parameters: 1 rows as JSON. */
export const KEEP: Statement = {
  name: "schedule-keep",
  text: `insert into scheduled_changes as c (id, resource, source_id, kind, day, zone, due_at, patch, received_at, state, settled_at, event_id, standing)
    select g.* from json_to_recordset($1::json) as g(id uuid, resource uuid, source_id uuid, kind text, day date, zone text, due_at timestamptz, patch json,
        received_at timestamptz, state text, settled_at timestamptz, event_id uuid, standing boolean)
    on conflict (id) do update set day = excluded.day, zone = excluded.zone, due_at = excluded.due_at, patch = excluded.patch,
      received_at = excluded.received_at, state = excluded.state, settled_at = excluded.settled_at, event_id = excluded.event_id, standing = excluded.standing`,
};

export interface PendingRow extends pg.QueryResultRow {
  readonly id: string;
  readonly resource: string;
  readonly kind: ChangeKind;
  readonly day: string;
  readonly zone: string;
  readonly due_at: Date;
  readonly patch: string;
  readonly received_at: Date;
  readonly event_id: string;
  readonly standing: boolean;
}

/** Columns of a record that depend on its dates. */
export interface DatedRow {
  readonly id: string;
  readonly source_id: string;
  readonly document: string;
}

export const changeOf = (row: PendingRow): ScheduledChange => ({
  id: row.id,
  kind: row.kind,
  day: row.day,
  zone: row.zone,
  at: row.due_at,
  patch: JSON.parse(row.patch) as Patch,
  receivedAt: row.received_at,
  ...(row.standing ? { standing: true } : {}),
});

/** True: the change is stored already, with the same values. */
export const isAsKnown = (change: ScheduledChange, known: readonly PendingRow[]): boolean =>
  known.some(
    (row) =>
      row.id === change.id &&
      row.standing === (change.standing ?? false) &&
      row.patch === JSON.stringify(change.patch),
  );

export function rowOf(
  { id, kind, day, zone, at, patch, receivedAt, standing }: ScheduledChange,
  record: DatedRow,
  eventId: string,
  now: { readonly state: string; readonly at: Date },
) {
  return {
    id,
    resource: record.id,
    source_id: record.source_id,
    kind,
    day,
    zone,
    due_at: at,
    patch,
    received_at: receivedAt,
    state: now.state,
    settled_at: now.state === "scheduled" ? null : now.at,
    event_id: eventId,
    standing: standing ?? false,
  };
}
