import type pg from "pg";
import type { FeedStore, NumberedEvent, Turn } from "../../feed/ports.ts";
import { COLUMNS, type EventRow, loggedEvent } from "../history/logged-events.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { eventRow } from "../write-sql.ts";
import {
  ADVANCE,
  END,
  FAIL,
  FIGURES,
  FORGET,
  LOCK_CURSOR,
  MOVE,
  REGISTER,
  REPLAY,
  SKIP,
  TAKE,
} from "./cursor-statements.ts";
import { beginOrder, orderEvents } from "./order.ts";

/*
 * Cursors of consumers. The process that sends to a consumer holds its lease. After the lease has ended,
 * another process may take it.
 */

interface FiguresRow extends pg.QueryResultRow {
  readonly consumer: string;
  readonly position: number;
  readonly behind: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly movedAt: Date | null;
  readonly oldest: Date | null;
}

const READ: Statement = {
  name: "feed-read",
  text: `select p.position, ${COLUMNS} from feed_positions p join history h on h.id = p.event_id
    where p.position > $1 order by p.position limit $2`,
};

/**
 * Events that are read together for a consumer that polls. It is more than a consumer can have acknowledged
 * out of order.
 */
const WINDOW = 2_000;
/** The largest number of windows in one call. The next call continues. */
const WINDOWS = 10;

async function readFrom(
  db: Queryable,
  vault: Vault,
  after: number,
  count: number,
): Promise<readonly NumberedEvent[]> {
  const rows = await run<EventRow & { position: number }>(db, READ, [after, count]);
  return rows.map((row): NumberedEvent => ({ position: row.position, event: loggedEvent(row, vault) }));
}

export const createFeedStore = (pool: Pool, vault: Vault): FeedStore => ({
  async register(consumers) {
    await beginOrder(pool);
    await run(pool, REGISTER, [consumers]);
  },
  order: () => orderEvents(pool),
  read: (after, count) => readFrom(pool.byKey, vault, after, count),
  async take(consumer, leaseMs) {
    const [turn] = await run<Turn & pg.QueryResultRow>(pool, TAKE, [consumer, leaseMs]);
    return turn;
  },
  async advance(consumer, { lease }, position, leaseMs) {
    return (await run(pool, ADVANCE, [consumer, leaseMs, lease, position])).length > 0;
  },
  async end(consumer, { lease }) {
    await run(pool, END, [consumer, lease]);
  },
  async fail(consumer, { lease }, { position, error, waitMs }) {
    await run(pool, FAIL, [consumer, lease, position, error, waitMs]);
  },
  poll: (consumer, { acknowledged, count, wants }) =>
    inTransaction(pool.byKey, async (db) => {
      const [cursor] = await run<{ position: number; acknowledged: string[] }>(db, LOCK_CURSOR, [consumer]);
      if (!cursor) return { events: [], more: false };
      const known = new Set([...cursor.acknowledged, ...acknowledged]);
      let { position } = cursor;
      let looked: readonly NumberedEvent[] = [];
      let open: readonly NumberedEvent[] = [];
      for (let windows = 0; windows < WINDOWS && open.length === 0; windows++) {
        looked = await readFrom(db, vault, position, WINDOW);
        open = looked.filter(({ event }) => !known.has(event.id) && wants(event));
        position = (open[0] ? open[0].position - 1 : looked.at(-1)?.position) ?? position;
        if (looked.length < WINDOW) break;
      }
      const beyond = looked
        .filter(({ event, position: at }) => at > position && known.has(event.id))
        .map(({ event }) => event.id);
      if (position !== cursor.position || beyond.length > 0 || cursor.acknowledged.length > 0)
        await run(db, MOVE, [consumer, position, beyond]);
      return { events: open.slice(0, count), more: open.length > count || looked.length === WINDOW };
    }),
  async replay(consumer, from, event) {
    return (await run(pool, REPLAY, [consumer, from, eventRow(event)])).length > 0;
  },
  async reset(consumer, { forget }, event) {
    return (await run(pool, forget ? FORGET : SKIP, [consumer, eventRow(event)])).length > 0;
  },
  async figures() {
    const rows = await run<FiguresRow>(pool, FIGURES, []);
    return rows.map(({ error, movedAt, oldest, ...row }) => ({
      ...row,
      ...(error === null ? {} : { error }),
      ...(movedAt === null ? {} : { movedAt }),
      ...(oldest === null ? {} : { oldest }),
    }));
  },
});
