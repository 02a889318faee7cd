import type pg from "pg";
import type { ReadingStore } from "../../import/workday/ports.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const LAST: Statement = {
  name: "readings-last",
  text: `select (${last("and (h.detail->>'complete')::boolean")}) as everybody, (${last("")}) as through`,
};

/** Until when what was entered has been read by the last reading of this kind. */
function last(condition: string): string {
  return `select (h.detail->>'through')::timestamptz from history h
    where h.code = 'people.imported' and h.source_id = $1 and h.actor = 'workday' ${condition} order by h.id desc limit 1`;
}

const RECORD: Statement = { name: "reading-record", text: `${appendEvent(1, "(values (1)) one")} returning 1` };
const TRY_LOCK: Statement = { name: "reading-lock", text: "select pg_try_advisory_lock(72707390, hashtext($1)) as mine" };
const UNLOCK: Statement = { name: "reading-unlock", text: "select pg_advisory_unlock(72707390, hashtext($1))" };

export const createReadingStore = (pool: pg.Pool): ReadingStore => ({
  async last(sourceId) {
    const [row] = await run<{ everybody: Date | null; through: Date | null }>(pool, LAST, [sourceId]);
    return { ...(row!.everybody ? { everybody: row!.everybody } : {}), ...(row!.through ? { through: row!.through } : {}) };
  },

  async record(event) {
    await run(pool, RECORD, [eventRow(event)]);
  },

  async alone(sourceId, work) {
    const client = await pool.connect();
    let broken = true;
    try {
      const [row] = await run<{ mine: boolean }>(client, TRY_LOCK, [sourceId]);
      if (row!.mine) {
        await work();
        await run(client, UNLOCK, [sourceId]);
      }
      broken = false;
      return row!.mine;
    } finally {
      // With the connection the lock goes.
      client.release(broken);
    }
  },
});
