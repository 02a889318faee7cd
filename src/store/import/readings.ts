import type pg from "pg";
import type { ReadingStore } from "../../import/workday/ports.ts";
import { alone } from "../postgres/alone.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const LAST: Statement = {
  name: "readings-last",
  text: `select (${last("and (h.detail->>'complete')::boolean")}) as everybody, (${last("")}) as through`,
};

/** The time up to which the last reading of this kind has read entries. */
function last(condition: string): string {
  return `select (h.detail->>'through')::timestamptz from history h
    where h.code = 'people.imported' and h.source_id = $1 and h.actor = 'workday' ${condition} order by h.id desc limit 1`;
}

const RECORD: Statement = {
  name: "reading-record",
  text: `${appendEvent(1, "(values (1)) one")} returning 1`,
};
/** Lock number for the readings of a source. */
const LOCK = 72707390;

export const createReadingStore = (pool: pg.Pool): ReadingStore => ({
  async last(sourceId) {
    const [row] = await run<{ everybody: Date | null; through: Date | null }>(pool, LAST, [sourceId]);
    return {
      ...(row!.everybody ? { everybody: row!.everybody } : {}),
      ...(row!.through ? { through: row!.through } : {}),
    };
  },

  async record(event) {
    await run(pool, RECORD, [eventRow(event)]);
  },

  async alone(sourceId, work) {
    return (await alone(pool, { number: LOCK, of: sourceId }, work)) !== undefined;
  },
});
