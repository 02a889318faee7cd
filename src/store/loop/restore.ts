import type pg from "pg";
import type { Newest, RestoreStore } from "../../reconcile/process/restore.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const NEWEST: Statement = {
  name: "restore-newest",
  text: "select (select h.id from history h order by h.id limit 1) as first, (select h.id from history h order by h.id desc limit 1) as newest",
};
const LAST_BEFORE: Statement = {
  name: "restore-last-before",
  text: `select h.at from history h where h.id < $1 and not exists (select 1 from history e where e.id = $1) order by h.id desc limit 1`,
};
const NOTE_LOST: Statement = {
  name: "restore-note-lost",
  text: `with noted as (
    insert into lost_periods (target, since, until) values ($1, $2, $3) on conflict do nothing returning 1),
  event as (${appendEvent(4, "noted")})
  select 1 from noted`,
};

export function createRestoreStore(pool: pg.Pool, target: string): RestoreStore {
  return {
    async newest() {
      const [row] = await run<{ first: string | null; newest: string | null }>(pool, NEWEST, []);
      return row?.first && row.newest
        ? ({ first: row.first, newest: row.newest } satisfies Newest)
        : undefined;
    },

    async lastBefore(eventId) {
      const [row] = await run<{ at: Date }>(pool, LAST_BEFORE, [eventId]);
      return row?.at;
    },

    async noteLost({ since, until }, event) {
      return (await run(pool, NOTE_LOST, [target, since, until, eventRow(event)])).length > 0;
    },
  };
}
