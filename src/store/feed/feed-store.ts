import type pg from "pg";
import type { FeedStore, NumberedEvent, Turn } from "../../feed/ports.ts";
import { COLUMNS, type EventRow, loggedEvent } from "../history/event-log.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import { beginOrder, orderEvents } from "./order.ts";

/* Cursors of consumers. The process that sends to a consumer holds its lease. After the lease has ended, another process may take it. */

const REGISTER: Statement = {
  name: "feed-register",
  text: `insert into feed_cursors (consumer, position) select c, o.last from unnest($1::text[]) c, feed_order o on conflict do nothing`,
};
const READ: Statement = {
  name: "feed-read",
  text: `select p.position, ${COLUMNS} from feed_positions p join history h on h.id = p.event_id
    where p.position > $1 order by p.position limit $2`,
};
const LEASE = "clock_timestamp() + $2::bigint * interval '1 ms'";
const TAKE: Statement = {
  name: "feed-take",
  text: `update feed_cursors set lease = gen_random_uuid(), leased_until = ${LEASE}
    where consumer = $1 and position < (select last from feed_order)
      and (leased_until is null or leased_until < clock_timestamp()) and (next_at is null or next_at <= clock_timestamp())
    returning lease, position, attempts`,
};
const ADVANCE: Statement = {
  name: "feed-advance",
  text: `update feed_cursors set position = $4, leased_until = ${LEASE}, attempts = 0, next_at = null, error = null, moved_at = clock_timestamp()
    where consumer = $1 and lease = $3 returning 1`,
};
const END: Statement = {
  name: "feed-end",
  text: "update feed_cursors set lease = null, leased_until = null where consumer = $1 and lease = $2",
};
const FAIL: Statement = {
  name: "feed-fail",
  text: `update feed_cursors set lease = null, leased_until = null, error = $4, next_at = clock_timestamp() + $5::bigint * interval '1 ms',
      attempts = case when $3 > position then 1 else attempts + 1 end,
      moved_at = case when $3 > position then clock_timestamp() else moved_at end, position = $3
    where consumer = $1 and lease = $2`,
};
const FIGURES: Statement = {
  name: "feed-figures",
  text: `select c.consumer, c.position, o.last - c.position as behind, c.attempts, c.error, c.moved_at as "movedAt", h.at as oldest
    from feed_order o, feed_cursors c
    left join feed_positions p on p.position = c.position + 1
    left join history h on h.id = p.event_id
    order by c.consumer`,
};

/** Takes the lease from a process that is sending. */
const REPLAY: Statement = {
  name: "feed-replay",
  text: `with done as (
      update feed_cursors set position = $2::bigint - 1, acknowledged = '{}', lease = null, leased_until = null, attempts = 0, next_at = null, error = null
       where consumer = $1 and $2 <= (select last from feed_order) returning 1),
    event as (${appendEvent(3, "done")})
    select 1 from done`,
};
const SKIP: Statement = {
  name: "feed-skip",
  text: `with done as (
      update feed_cursors set position = (select last from feed_order), acknowledged = '{}', lease = null, leased_until = null, attempts = 0, next_at = null,
          error = null, moved_at = clock_timestamp()
       where consumer = $1 returning 1),
    event as (${appendEvent(2, "done")})
    select 1 from done`,
};
const FORGET: Statement = {
  name: "feed-forget",
  text: `with done as (delete from feed_cursors where consumer = $1 returning 1), event as (${appendEvent(2, "done")}) select 1 from done`,
};
const LOCK_CURSOR: Statement = {
  name: "feed-lock-cursor",
  text: "select position, acknowledged from feed_cursors where consumer = $1 for update",
};
const MOVE: Statement = {
  name: "feed-move",
  text: `update feed_cursors set position = $2, acknowledged = $3,
      moved_at = case when position = $2 then moved_at else clock_timestamp() end where consumer = $1`,
};

interface FiguresRow extends pg.QueryResultRow {
  readonly consumer: string;
  readonly position: number;
  readonly behind: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly movedAt: Date | null;
  readonly oldest: Date | null;
}

/** Events that are read together for a consumer that polls. It is more than a consumer can have acknowledged out of order. */
const WINDOW = 2_000;
/** The largest number of windows in one call. The next call continues. */
const WINDOWS = 10;

async function readFrom(db: Queryable, vault: Vault, after: number, count: number): Promise<readonly NumberedEvent[]> {
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
      const beyond = looked.filter(({ event, position: at }) => at > position && known.has(event.id)).map(({ event }) => event.id);
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
