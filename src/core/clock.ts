import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";

/** The only source of time. Tests pass a clock they control. */
export interface Clock {
  /** Wall-clock time, UTC. */
  now(): Date;
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number;
  /**
   * Resolves after `ms`, or rejects with the signal's reason when aborted. Does not keep the process alive.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }),
};

/**
 * Resolves after `ms`, or immediately when `signal` is aborted. For loops that check the signal themselves.
 */
export async function sleepUnlessAborted(
  clock: Pick<Clock, "sleep">,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
