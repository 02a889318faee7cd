import type pg from "pg";
import type { PauseProblem, PauseStore } from "../../reconcile/process/preflight.ts";
import { run, type Statement } from "../postgres/statement.ts";

/* A pause of a whole target, for every process. A shorter pause never shortens a longer one. */

const PAUSE: Statement = {
  name: "pause-begin",
  text: `insert into target_states (target, paused_until, pause_reason, pause_code, pause_problems)
    values ($1, now() + $2::float8 * interval '1 ms', $3, $4, $5)
    on conflict (target) do update set
      pause_reason = case when target_states.paused_until > excluded.paused_until then target_states.pause_reason else excluded.pause_reason end,
      pause_code = case when target_states.paused_until > excluded.paused_until then target_states.pause_code else excluded.pause_code end,
      pause_problems = case when target_states.paused_until > excluded.paused_until then target_states.pause_problems else excluded.pause_problems end,
      paused_until = greatest(target_states.paused_until, excluded.paused_until)`,
};
/** A ban by DingTalk ends only at its time. */
const LIFT: Statement = {
  name: "pause-lift",
  text: `update target_states set paused_until = null, pause_reason = null, pause_code = null, pause_problems = null
    where target = $1 and paused_until is not null and coalesce(pause_code, '') not in ('addressBlocked', 'organisationBlocked')`,
};
const PAUSED: Statement = {
  name: "pause-now",
  text: "select paused_until, pause_reason, pause_code, pause_problems from target_states where target = $1 and paused_until > now()",
};
const MAY_CHECK: Statement = {
  name: "pause-may-check",
  text: `update target_states set checked_at = now()
    where target = $1 and paused_until > now() and (checked_at is null or checked_at < now() - $2::float8 * interval '1 ms') returning 1`,
};

interface Row extends pg.QueryResultRow {
  paused_until: Date;
  pause_reason: string;
  pause_code: string | null;
  pause_problems: string | null;
}

export const createPauses = (pool: pg.Pool, target: string): PauseStore => ({
  async pause(ms, reason, reasonCode, problems) {
    await run(pool, PAUSE, [target, ms, reason, reasonCode, problems && JSON.stringify(problems)]);
  },
  async liftPause() {
    await run(pool, LIFT, [target]);
  },
  async paused() {
    const [row] = await run<Row>(pool, PAUSED, [target]);
    if (!row) return undefined;
    return {
      until: row.paused_until,
      reason: row.pause_reason,
      ...(row.pause_code ? { reasonCode: row.pause_code } : {}),
      ...(row.pause_problems ? { problems: JSON.parse(row.pause_problems) as PauseProblem[] } : {}),
    };
  },
  async mayCheck(everyMs) {
    return (await run(pool, MAY_CHECK, [target, everyMs])).length > 0;
  },
});
