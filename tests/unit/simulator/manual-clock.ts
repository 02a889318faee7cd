import type { Clock } from "../../../src/core/clock.ts";

/** A clock that stands still until `advance`. */
export interface ManualClock extends Clock {
  /**
   * Moves the time forward, and wakes all sleepers whose time has come, in order. Between two of them,
   * pending work runs.
   */
  advance(ms: number): Promise<void>;
  /** Number of sleepers. */
  sleeping(): number;
}

export function createManualClock(startMs = Date.parse("2026-08-22T04:00:00Z")): ManualClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleeping: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const giveUp = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", giveUp);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", giveUp, { once: true });
      }),
    async advance(ms) {
      const target = nowMs + ms;
      for (;;) {
        const next = [...sleepers]
          .filter(({ untilMs }) => untilMs <= target)
          .sort((one, other) => one.untilMs - other.untilMs)[0];
        if (!next) break;
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = target;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
