import type pg from "pg";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { HoldResult, SubjectOperations } from "../../privacy/subjects.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import { IS_KNOWN } from "./known.ts";
import { lockSubject } from "./lock-subject.ts";
import { nameOf, subjectEvent } from "./subject-event.ts";
import { readRecords } from "./subject-records.ts";

const statement = (name: string, text: string): Statement => ({ name: `subject-${name}`, text });

const HOLD = statement(
  "hold",
  `with known as materialized (select ${IS_KNOWN} as known),
  done as (
    insert into legal_holds (subject, reason, held_by, held_at) select $1, $2, $3, $4 from known where known on conflict (subject) do nothing returning 1),
  event as (${appendEvent(5, "done")})
  select known, exists (select from done) as done from known`,
);

const RELEASE = statement(
  "release",
  // Deletes the marks of retention, so that the events that were skipped because of the hold are checked
  // again.
  `with done as (delete from legal_holds where subject = $1 returning 1),
  again as (delete from retention_marks where exists (select from done)),
  event as (${appendEvent(2, "done")})
  select ${IS_KNOWN} as known, exists (select from done) as done`,
);

const NOTE = statement("note", appendEvent(1, "(select 1) as once"));

export function createSubjects(pool: pg.Pool, clock: Clock): SubjectOperations {
  const ask = (which: Statement, id: string, values: readonly unknown[]): Promise<HoldResult> =>
    inTransaction(pool, async (db) => {
      await lockSubject(db, id);
      const [row] = await run<{ known: boolean; done: boolean }>(db, which, [id, ...values]);
      return row?.done ? "done" : row?.known ? "already" : "unknown";
    });

  return {
    async hold(id, reason, by) {
      if (!isUuid(id)) return "unknown";
      const event = subjectEvent("subject.held", id, by, clock, { reason });
      return ask(HOLD, id, [reason, nameOf(by), event.at, eventRow(event)]);
    },

    async release(id, reason, by) {
      if (!isUuid(id)) return "unknown";
      return ask(RELEASE, id, [eventRow(subjectEvent("subject.released", id, by, clock, { reason }))]);
    },

    records: async (id) => (isUuid(id) ? readRecords(pool, id) : undefined),

    async noteExport(id, forms, by) {
      await run(pool, NOTE, [
        eventRow(subjectEvent("subject.exported", id, by, clock, { forms: [...forms] })),
      ]);
    },
  };
}
