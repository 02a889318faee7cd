import { systemClock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";

/** A database that came up a moment ago may go once more (a failover, a restart for settings). */
const START_PATIENCE_MS = 60_000;
const START_AGAIN_MS = 500;

/** Repeats a part of the start while the database is not available. */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + START_PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || systemClock.monotonicMs() > deadlineMs) throw error;
      await systemClock.sleep(START_AGAIN_MS, signal);
    }
  }
}
