import type { Clock } from "../../../core/clock.ts";
import type { HoldLimit } from "../../../reconcile/guard/hold.ts";
import { WINDOW_HOURS } from "../../../reconcile/guard/limits.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../../postgres/statement.ts";
import { FIRST_REF } from "../../postgres/walk.ts";
import { wakeUp } from "../../write-sql.ts";
import { appendHoldEvents, holdEvent, lockGuard } from "./hold-members.ts";
import { forgetRemoved } from "./removed-people.ts";

/**
 * Members of one statement. No statement may run for long: all of 100,000 members in one took more than ten
 * seconds (measured).
 */
const SLICE = 2_000;

/** The desired state of the members has not changed, so their generation stays. */
const REQUEUE_SLICE: Statement = {
  name: "hold-requeue",
  text: `with locked as materialized (
    select s.kind, s.entity_id from hold_members m
      join entity_states s on s.target = $1 and s.kind = m.kind and s.entity_id = m.entity_id
     where m.hold_id = $2 and not m.done and (m.kind, m.entity_id) > ($3, $4::uuid) and s.state = 'held'
     order by m.kind, m.entity_id limit ${SLICE} for update of s),
  due as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, due_since = coalesce(s.due_since, now()) from locked
     where s.target = $1 and s.kind = locked.kind and s.entity_id = locked.entity_id returning 1),
  woken as (${wakeUp("due")})
  select kind, entity_id as id, (select count(*) from woken) as woken from locked order by kind, entity_id`,
};

/** Makes the held members of a hold due. If this stops half-way, `expireHolds` continues it. */
export async function requeueMembers(pool: Pool, target: string, hold: string): Promise<void> {
  for (let last: { readonly kind: string; readonly id: string } | undefined = FIRST_REF; last; ) {
    // One after the other: each slice begins where the previous one ended.
    const rows: { kind: string; id: string }[] = await run(pool.byKey, REQUEUE_SLICE, [
      target,
      hold,
      last.kind,
      last.id,
    ]);
    last = rows.length === SLICE ? rows.at(-1) : undefined;
  }
}

const ENDING: Statement = {
  name: "hold-ending",
  text: `select h.id, h.limit_name as limit, h.state, (select count(*) from hold_members m where m.hold_id = h.id and not m.done) as left
    from holds h where h.target = $1 and h.expires_at <= now()
     and (h.state = 'open' or h.state = 'approved' and exists (select from hold_members m where m.hold_id = h.id and not m.done))`,
};
/**
 * An open hold without a decision keeps its members held. An approved hold has passed its hour: the limits
 * decide again about the members that are not done.
 */
const EXPIRE: Statement = {
  name: "hold-expire",
  text: "update holds set denies = state = 'open', state = 'expired', closed_at = coalesce(closed_at, now()) where id = $1",
};

/**
 * Holds whose approval may not have reached every member: approvals that are still valid, and those that
 * ended in the last ten minutes.
 */
const TO_REQUEUE: Statement = {
  name: "hold-to-requeue",
  text: `select h.id from holds h where h.target = $1 and not h.denies and h.state in ('approved', 'expired') and h.expires_at > now() - interval '10 minutes'`,
};

/** Removes acts that are older than two of their windows, and old counts of values. */
const FORGET_ACTS: Statement = {
  name: "guard-forget",
  text: `with acts as (
    delete from guard_acts where target = $1
      and at < now() - 2 * interval '1 hour' * case limit_name ${Object.entries(WINDOW_HOURS)
        .map(([limit, hours]) => `when '${limit}' then ${hours}`)
        .join(" ")} else 24 end)
  delete from guard_values where target = $1 and since < now() - interval '3 hours'`,
};

interface Ending extends Record<string, unknown> {
  readonly id: string;
  readonly limit: HoldLimit;
  readonly state: "open" | "approved";
  readonly left: number;
}

/** Ends holds that have expired, and removes old acts. A worker calls it periodically. */
export async function expireHolds(pool: Pool, target: string, clock: Clock): Promise<void> {
  if ((await run<Ending>(pool, ENDING, [target])).length > 0)
    await inTransaction(pool, async (db) => {
      await lockGuard(db, target);
      for (const { id, limit, state, left } of await run<Ending>(db, ENDING, [target])) {
        await run(db, EXPIRE, [id]);
        await appendHoldEvents(db, [
          holdEvent("hold.expired", {
            target,
            at: clock.now(),
            detail: { hold: id, limit, was: state, left },
          }),
        ]);
      }
    });
  for (const { id } of await run<{ id: string }>(pool, TO_REQUEUE, [target]))
    await requeueMembers(pool, target, id);
  await run(pool, FORGET_ACTS, [target]);
  await forgetRemoved(pool, target);
}
