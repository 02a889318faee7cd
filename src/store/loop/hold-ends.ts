import type { Clock } from "../../core/clock.ts";
import type { LimitName } from "../../reconcile/guard/limits.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { wakeUp } from "../write-sql.ts";
import { appendHoldEvents, holdEvent, lockGuard } from "./hold-members.ts";

/** Members of a hold are looked at again. What is asked of them is what was asked before, so their generation stays. */
export const REQUEUE_MEMBERS_OF_HOLD: Statement = {
  name: "hold-requeue",
  text: `with locked as materialized (
    select s.kind, s.entity_id from entity_states s
      join hold_members m on m.hold_id = $2 and m.kind = s.kind and m.entity_id = s.entity_id and not m.done
     where s.target = $1 and s.state = 'held' order by s.kind, s.entity_id for update of s),
  due as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, due_since = coalesce(s.due_since, now()) from locked
     where s.target = $1 and s.kind = locked.kind and s.entity_id = locked.entity_id returning 1),
  woken as (${wakeUp("due")})
  select (select count(*) from woken) as woken, (select count(*) from due) as due`,
};

const ENDING: Statement = {
  name: "hold-ending",
  text: `select h.id, h.limit_name as limit, h.state, (select count(*) from hold_members m where m.hold_id = h.id and not m.done) as left
    from holds h where h.target = $1 and h.expires_at <= now()
     and (h.state = 'open' or h.state = 'approved' and exists (select from hold_members m where m.hold_id = h.id and not m.done))`,
};
/** An open hold nobody decided about denies; of an approved one the hour is over, and what is left of it is judged again. */
const EXPIRE: Statement = {
  name: "hold-expire",
  text: "update holds set denies = state = 'open', state = 'expired', closed_at = coalesce(closed_at, now()) where id = $1",
};

const FORGET_ACTS: Statement = {
  name: "guard-forget",
  text: "delete from guard_acts where target = $1 and at < now() - interval '2 days'",
};

interface Ending extends Record<string, unknown> {
  readonly id: string;
  readonly limit: LimitName;
  readonly state: "open" | "approved";
  readonly left: number;
}

/** Ends what has run out; to be called every now and then. */
export async function expireHolds(pool: Pool, target: string, clock: Clock): Promise<void> {
  if ((await run<Ending>(pool, ENDING, [target])).length > 0)
    await inTransaction(pool, async (db) => {
      await lockGuard(db, target);
      for (const { id, limit, state, left } of await run<Ending>(db, ENDING, [target])) {
        await run(db, EXPIRE, [id]);
        if (state === "approved") await run(db, REQUEUE_MEMBERS_OF_HOLD, [target, id]);
        await appendHoldEvents(db, [holdEvent("hold.expired", { target, at: clock.now(), detail: { hold: id, limit, was: state, left } })]);
      }
    });
  await run(pool, FORGET_ACTS, [target]);
}
