import type { Clock } from "../../src/core/clock.ts";
import type { RateLimiter, SharedToken } from "../../src/reconcile/target.ts";
import { TargetThrottled } from "../../src/reconcile/target-failures.ts";

export interface WatchedLimiter extends RateLimiter {
  /** All pauses, in the order of the calls. */
  readonly pauses: readonly { readonly api: string; readonly ms: number; readonly reason: string }[];
  /** Ends every pause. */
  clear(): void;
}

/** A limiter for one process. It has no rate limit, only pauses. */
export function createPauses(clock: Clock): WatchedLimiter {
  const untilMs = new Map<string, number>();
  const pauses: { api: string; ms: number; reason: string }[] = [];
  return {
    pauses,
    clear: () => untilMs.clear(),
    async take(api, { signal, maxWaitMs }) {
      signal.throwIfAborted();
      const waitMs = Math.max(untilMs.get(api) ?? 0, untilMs.get("all") ?? 0) - clock.monotonicMs();
      if (waitMs > maxWaitMs)
        throw new TargetThrottled(`${api} rests`, {
          answer: "resting",
          reasonCode: "rateLimited",
          ms: waitMs,
          scope: api,
        });
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    },
    async pause(api, ms, reason) {
      pauses.push({ api, ms, reason });
      untilMs.set(api, Math.max(untilMs.get(api) ?? 0, clock.monotonicMs() + ms));
    },
  };
}

/** An access token for one process. One caller fetches it, and the others wait for it. */
export function createToken(clock: Clock): SharedToken {
  let held: { readonly fetched: ReturnType<Parameters<SharedToken["get"]>[0]>; untilMs: number } | undefined;
  return {
    async get(fetch, rejected) {
      const current = held && clock.monotonicMs() < held.untilMs ? (await held.fetched).value : undefined;
      if (current !== undefined && current !== rejected) return current;
      const mine = { fetched: fetch(), untilMs: Number.POSITIVE_INFINITY };
      held = mine;
      try {
        const { value, lifetimeMs } = await mine.fetched;
        mine.untilMs = clock.monotonicMs() + lifetimeMs;
        return value;
      } catch (error) {
        if (held === mine) held = undefined;
        throw error;
      }
    },
  };
}
