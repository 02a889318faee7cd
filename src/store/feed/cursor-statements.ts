import type { Statement } from "../postgres/statement.ts";
import { appendEvent } from "../write-sql.ts";

/* Statements about the cursors of consumers. */

export const REGISTER: Statement = {
  name: "feed-register",
  text: `insert into feed_cursors (consumer, position) select c, o.last from unnest($1::text[]) c, feed_order o on conflict do nothing`,
};
const LEASE = "clock_timestamp() + $2::bigint * interval '1 ms'";
export const TAKE: Statement = {
  name: "feed-take",
  text: `update feed_cursors set lease = gen_random_uuid(), leased_until = ${LEASE}
    where consumer = $1 and position < (select last from feed_order)
      and (leased_until is null or leased_until < clock_timestamp()) and (next_at is null or next_at <= clock_timestamp())
    returning lease, position, attempts`,
};
export const ADVANCE: Statement = {
  name: "feed-advance",
  text: `update feed_cursors set position = $4, leased_until = ${LEASE}, attempts = 0, next_at = null, error = null, moved_at = clock_timestamp()
    where consumer = $1 and lease = $3 returning 1`,
};
export const END: Statement = {
  name: "feed-end",
  text: "update feed_cursors set lease = null, leased_until = null where consumer = $1 and lease = $2",
};
export const FAIL: Statement = {
  name: "feed-fail",
  text: `update feed_cursors set lease = null, leased_until = null, error = $4, next_at = clock_timestamp() + $5::bigint * interval '1 ms',
      attempts = case when $3 > position then 1 else attempts + 1 end,
      moved_at = case when $3 > position then clock_timestamp() else moved_at end, position = $3
    where consumer = $1 and lease = $2`,
};
export const FIGURES: Statement = {
  name: "feed-figures",
  text: `select c.consumer, c.position, o.last - c.position as behind, c.attempts, c.error, c.moved_at as "movedAt", h.at as oldest
    from feed_order o, feed_cursors c
    left join feed_positions p on p.position = c.position + 1
    left join history h on h.id = p.event_id
    order by c.consumer`,
};

/** Takes the lease from a process that is sending. */
export const REPLAY: Statement = {
  name: "feed-replay",
  text: `with done as (
      update feed_cursors set position = $2::bigint - 1, acknowledged = '{}', lease = null, leased_until = null, attempts = 0, next_at = null, error = null
       where consumer = $1 and $2 <= (select last from feed_order) returning 1),
    event as (${appendEvent(3, "done")})
    select 1 from done`,
};
export const SKIP: Statement = {
  name: "feed-skip",
  text: `with done as (
      update feed_cursors set position = (select last from feed_order), acknowledged = '{}', lease = null, leased_until = null, attempts = 0, next_at = null,
          error = null, moved_at = clock_timestamp()
       where consumer = $1 returning 1),
    event as (${appendEvent(2, "done")})
    select 1 from done`,
};
export const FORGET: Statement = {
  name: "feed-forget",
  text: `with done as (delete from feed_cursors where consumer = $1 returning 1), event as (${appendEvent(2, "done")}) select 1 from done`,
};
export const LOCK_CURSOR: Statement = {
  name: "feed-lock-cursor",
  text: "select position, acknowledged from feed_cursors where consumer = $1 for update",
};
export const MOVE: Statement = {
  name: "feed-move",
  text: `update feed_cursors set position = $2, acknowledged = $3,
      moved_at = case when position = $2 then moved_at else clock_timestamp() end where consumer = $1`,
};
