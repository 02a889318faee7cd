import type { Pool } from "../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";

/*
 * The order of the feed (docs/adr/0052). The id of an event has the time of the process that made it, and the
 * commit comes later. A reader that continues from an id would miss events that are committed late. So events
 * get numbers after their commit, by one process at a time. Events that are numbered together are ordered by
 * the age of their transactions: a transaction that was committed before another one began is older. The time
 * in an id only limits which events are read.
 */

const TRY_LOCK: Statement = { name: "feed-lock", text: "select pg_try_advisory_xact_lock(72707391) as mine" };

/** A request takes seconds from its id to its commit. Clocks of processes differ by minutes at most. */
const WINDOW = "interval '15 minutes'";
/**
 * Once an hour it searches further back, for a process that was frozen between id and commit, or whose clock
 * is wrong.
 */
const FAR_WINDOW = "interval '25 hours'";
/** Limit of events in one transaction, which keeps it short. */
const MOST = 20_000;

const BEGIN: Statement = {
  name: "feed-begin",
  text: "insert into feed_order (single) values (true) on conflict do nothing",
};
/** `first`: the smallest id of the time from which events are read. */
const BOUNDS: Statement = {
  name: "feed-bounds",
  text: `select swept_at < statement_timestamp() - interval '1 hour' as far, statement_timestamp() as at,
      (lpad(to_hex((extract(epoch from greatest(began_at - ${WINDOW},
        ordered_at - case when swept_at < statement_timestamp() - interval '1 hour' then ${FAR_WINDOW} else ${WINDOW} end)) * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid as first
    from feed_order`,
};
/** No name, so it is planned again each time: the number of rows after the bound varies. */
const ORDER: Statement = {
  name: "",
  text: `with found as (
      select h.id, row_number() over (order by age(h.xmin) desc, h.id) as n from history h
       where h.id >= $1 and not exists (select from feed_positions p where p.event_id = h.id)
       order by n limit ${MOST}),
    numbered as (
      insert into feed_positions (position, event_id) select o.last + f.n, f.id from found f, feed_order o returning 1),
    counted as (select count(*) as n from numbered)
    update feed_order set last = last + counted.n,
        ordered_at = case when counted.n < ${MOST} then $2 else ordered_at end,
        swept_at = case when counted.n < ${MOST} and $3 then $2 else swept_at end
      from counted
     where counted.n > 0 or $3 or ordered_at < $2::timestamptz - interval '1 minute'
    returning counted.n as n`,
};

export async function beginOrder(pool: Pool): Promise<void> {
  await run(pool, BEGIN, []);
}

/** Numbers new events and returns how many. 0 also if another process is doing it. */
export const orderEvents = (pool: Pool): Promise<number> =>
  inTransaction(pool.byKey, async (db) => {
    const [lock] = await run<{ mine: boolean }>(db, TRY_LOCK, []);
    if (!lock?.mine) return 0;
    const [bounds] = await run<{ first: string; at: Date; far: boolean }>(db, BOUNDS, []);
    if (!bounds) return 0;
    const [done] = await run<{ n: number }>(db, ORDER, [bounds.first, bounds.at, bounds.far]);
    return done?.n ?? 0;
  });
