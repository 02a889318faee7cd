import type pg from "pg";
import type { Clock } from "../../core/clock.ts";
import type { RateLimiter } from "../../reconcile/target.ts";
import { TargetThrottled } from "../../reconcile/target-failures.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * Limits the rate of calls to a target for all processes together. One row for each API has the time when the
 * next call may be sent. `take` reserves slots by moving this time forward, and computes the wait for each
 * slot (GCRA with a small burst). Concurrent calls in one process share a statement. The target counts calls
 * in fixed windows of one second, so burst + rate must not exceed its limit (docs/dingtalk.md 9.1).
 */

export interface LimiterOptions {
  readonly target: string;
  /** Calls per second for each API. 0: no limit, but calls are counted. */
  readonly perSecond: number;
  /** Number of calls that may be sent together after a quiet time. */
  readonly burst: number;
}

/**
 * Share of the allowed rate that is used. The target's windows are not ours, and calls arrive with small
 * delays. 20 calls spread over 1,038 ms leave 38 ms for delays before a 21st call could fall into the same
 * second.
 */
const UTILISATION = 0.963;

/**
 * Parameters: 1 target, 2 api, 3 number of slots, 4 interval in ms, 5 burst. Returns the wait for the first
 * slot. The commit does not wait for the disk: a crash of the server loses only slots of the last moment.
 */
const TAKE: Statement = {
  name: "limiter-take",
  text: `with relaxed as (select set_config('synchronous_commit', 'off', true)),
    resting as (select max(a.blocked_until) as until from rate_limits a, relaxed where a.target = $1 and a.api = 'all')
    insert into rate_limits as r (target, api, free_at, calls)
    select $1, $2, greatest(clock_timestamp() - $5::float8 * $4::float8 * interval '1 ms', until) + $3::float8 * $4::float8 * interval '1 ms', $3::bigint from resting
    on conflict (target, api) do update set
      free_at = greatest(r.free_at, clock_timestamp() - $5::float8 * $4::float8 * interval '1 ms', r.blocked_until,
                         (select a.blocked_until from rate_limits a where a.target = $1 and a.api = 'all')) + $3::float8 * $4::float8 * interval '1 ms',
      calls = r.calls + $3::bigint
    returning extract(epoch from free_at - clock_timestamp())::float8 * 1000 - $3::float8 * $4::float8 as wait_ms`,
};

const REFUND: Statement = {
  name: "limiter-give-back",
  text: "update rate_limits set free_at = free_at - $3::float8 * interval '1 ms', calls = calls - 1 where target = $1 and api = $2",
};

const PAUSE: Statement = {
  name: "limiter-pause",
  text: `insert into rate_limits as r (target, api, blocked_until, reason) values ($1, $2, now() + $3::float8 * interval '1 ms', $4)
    on conflict (target, api) do update set
      reason = case when r.blocked_until > excluded.blocked_until then r.reason else excluded.reason end,
      blocked_until = greatest(r.blocked_until, excluded.blocked_until)`,
};

/** True: the target was paused after the slot was reserved. */
const IS_PAUSED: Statement = {
  name: "limiter-rests",
  text: "select coalesce(max(blocked_until) > clock_timestamp(), false) as rests from rate_limits where target = $1 and api in ($2, 'all')",
};

/** The pause is checked again this long before a call is sent, so that the check does not delay the call. */
const PAUSE_RECHECK_MS = 20;

interface Waiter {
  resolve(waitMs: number): void;
  reject(error: unknown): void;
}

export function createRateLimiter(
  pool: pg.Pool,
  clock: Clock,
  { target, perSecond, burst }: LimiterOptions,
): RateLimiter {
  const intervalMs = perSecond > 0 ? 1_000 / (perSecond * UTILISATION) : 0;
  const queues = new Map<string, Waiter[]>();

  /** One statement for all waiters of this API since the last one was sent. */
  async function reserve(api: string): Promise<void> {
    for (;;) {
      const waiters = queues.get(api) ?? [];
      if (waiters.length === 0) {
        queues.delete(api);
        return;
      }
      queues.set(api, []);
      try {
        const [row] = await run<{ wait_ms: number }>(pool, TAKE, [
          target,
          api,
          waiters.length,
          intervalMs,
          burst,
        ]);
        for (const [place, waiter] of waiters.entries()) waiter.resolve(row!.wait_ms + place * intervalMs);
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
  }

  function slot(api: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      const queue = queues.get(api);
      if (queue) queue.push(waiter);
      else {
        queues.set(api, [waiter]);
        queueMicrotask(() => void reserve(api));
      }
    });
  }

  async function isPaused(api: string): Promise<boolean> {
    const [row] = await run<{ rests: boolean }>(pool, IS_PAUSED, [target, api]);
    return row!.rests;
  }

  return {
    async take(api, { signal, maxWaitMs }) {
      const untilMs = clock.monotonicMs() + maxWaitMs;
      for (;;) {
        signal.throwIfAborted();
        const waitMs = await slot(api);
        const leaveMs = clock.monotonicMs() + waitMs;
        if (leaveMs > untilMs) {
          await run(pool, REFUND, [target, api, intervalMs]);
          throw new TargetThrottled(`no call of ${api} may be sent for ${Math.round(waitMs)} ms`, {
            answer: "limiter",
            reasonCode: "rateLimited",
            ms: waitMs,
            scope: api,
          });
        }
        if (waitMs <= 0) return;
        // Slots are reserved seconds ahead, so a pause may begin while calls wait. Their slots are lost,
        // because they lie in the pause.
        if (waitMs > PAUSE_RECHECK_MS) {
          await clock.sleep(waitMs - PAUSE_RECHECK_MS, signal);
          if (await isPaused(api)) continue;
        }
        await clock.sleep(Math.max(0, leaveMs - clock.monotonicMs()), signal);
        return;
      }
    },

    async pause(api, ms, reason) {
      await run(pool, PAUSE, [target, api, ms, reason]);
    },
  };
}
