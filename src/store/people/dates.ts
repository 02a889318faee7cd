import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import type { UserContent } from "../../directory/user.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { ScheduledChange, Step } from "../../schedule/change.ts";
import { isDated } from "../../schedule/dated.ts";
import type { DateRules } from "../../schedule/rules.ts";
import { scheduleOf } from "../../schedule/schedule.ts";
import { keyColumns } from "../key-columns.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { appendEvents } from "../write-sql.ts";
import { changeOf, type DatedRow, isAsKnown, KEEP, PENDING, type PendingRow, rowOf } from "./change-rows.ts";

/*
 * Applies the dates of records while their person is computed (settle.ts), in the same transaction and under
 * the same lock. Records stay as they were sent. The person is computed from copies with the values that
 * count now.
 */

const APPEND: Statement = {
  name: "schedule-append",
  text: appendEvents("(select e.value as event from json_array_elements($1::json) e) w"),
};

export interface DateDeps {
  readonly rules: DateRules | undefined;
  /** Version of the rules. Undefined: the caller does not need it. */
  readonly version?: string;
  /** The columns that follow from a document. */
  readonly contentOf: (document: JsonObject) => UserContent;
}

/** Dates have no effect. */
export const NO_DATES: DateDeps = {
  rules: undefined,
  contentOf: () => {
    throw new Error("contentOf was called although there are no rules for dates");
  },
};

export interface Dating {
  readonly personId: string;
  readonly dates: DateDeps;
  readonly vault: Vault;
  readonly origin: Pick<HistoryEvent, "at" | "actor" | "causes" | "sourceId" | "requestId" | "detail">;
  /** False: nothing is stored. For a rehearsal and for reads. */
  readonly writes: boolean;
  /**
   * The record that is being written. `before`: its document before the write; undefined for a new record.
   */
  readonly written?:
    | {
        readonly id: string;
        readonly before: JsonObject | undefined;
        readonly sent?: readonly string[] | undefined;
      }
    | undefined;
}

export interface Dated<Row> {
  /** The records with the values that count now, in the same order. */
  readonly rows: readonly Row[];
  /** Number of pending changes. */
  readonly pending: number;
  /** Ids of the new events. They are causes of the person's event. */
  readonly causes: readonly string[];
}

export async function settleDates<Row extends DatedRow>(
  db: Queryable,
  records: readonly Row[],
  dating: Dating,
): Promise<Dated<Row>> {
  const { dates, origin, written } = dating;
  const known = await run<PendingRow>(db, PENDING, [records.map(({ id }) => id)]);
  const kept: object[] = [];
  const events: HistoryEvent[] = [];
  let pending = 0;
  const rows = records.map((record) => {
    const own = known.filter(({ resource }) => resource === record.id);
    const after = JSON.parse(record.document) as JsonObject;
    if (own.length === 0 && !isDated(after, dates.rules, origin.at)) return record;
    const said =
      written?.id === record.id ? { before: written.before, sent: written.sent } : { before: after };
    const newId = (): string => uuidv7(origin.at.getTime());
    const schedule = scheduleOf(
      { ...said, after, pending: own.map(changeOf) },
      { rules: dates.rules, now: origin.at, newId },
    );
    pending += schedule.pending.length;
    const causedBy = new Map(own.map((row) => [row.id, row.event_id]));
    for (const step of schedule.steps) {
      const event = eventOf(step, record, causedBy.get(step.change.id), dating);
      events.push(event);
      causedBy.set(step.change.id, event.id);
      const standing = schedule.pending.find(({ id, standing: stands }) => stands && id === step.change.id);
      kept.push(
        rowOf(standing ?? step.change, record, event.id, { state: STATES[step.kind], at: origin.at }),
      );
    }
    // Two kinds of changes have no step: values added to a known day, and values that no longer count.
    const others: readonly ScheduledChange[] = [
      ...schedule.pending,
      ...schedule.ended.map(({ standing: _stood, ...change }) => change),
    ];
    for (const each of others)
      if (!schedule.steps.some(({ change }) => change.id === each.id) && !isAsKnown(each, own)) {
        const state =
          each.standing || schedule.ended.some(({ id }) => id === each.id) ? "applied" : "scheduled";
        kept.push(rowOf(each, record, causedBy.get(each.id) ?? origin.causes[0]!, { state, at: origin.at }));
      }
    return schedule.effective === after ? record : standIn(record, schedule.effective, dates);
  });
  if (events.length > 0 && dating.writes)
    await run(db, APPEND, [JSON.stringify(await dating.vault.rows(db, events))]);
  if (kept.length > 0 && dating.writes) await run(db, KEEP, [JSON.stringify(kept)]);
  return { rows, pending, causes: events.map(({ id }) => id) };
}

const STATES = {
  scheduled: "scheduled",
  rescheduled: "scheduled",
  rescinded: "rescinded",
  applied: "applied",
} as const;

/** The day is personal data, so it is encrypted with the values. */
function eventOf(
  { kind, change, from }: Step,
  record: DatedRow,
  cause: string | undefined,
  { personId, origin }: Dating,
): HistoryEvent {
  const { sourceId: _of, detail: _detail, causes, ...by } = origin;
  return {
    ...by,
    id: uuidv7(origin.at.getTime()),
    code: `change.${kind}`,
    sourceId: record.source_id,
    causes: [...causes, ...(cause === undefined ? [] : [cause])],
    subject: { kind: "user", id: personId },
    changes: change.patch,
    detail: { change: change.id, kind: change.kind, record: record.id },
    personal: {
      day: change.day,
      zone: change.zone,
      at: change.at.toISOString(),
      ...(from ? { from: { ...from } } : {}),
    },
  };
}

/** A copy of the record with the values that count now, and the columns that follow from them. */
function standIn<Row extends DatedRow>(record: Row, effective: JsonObject, { contentOf }: DateDeps): Row {
  return { ...record, ...keyColumns(contentOf(effective).columns), document: JSON.stringify(effective) };
}
