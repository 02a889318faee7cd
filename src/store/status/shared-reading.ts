import type { Clock } from "../../core/clock.ts";

/** The result of a reading that took longer than this is reused for a while. */
const LONG_MS = 500;
/** It is reused for 19 times its duration. So reading takes at most a twentieth of one connection's time. */
const REST = 19;

/**
 * Runs at most one reading at a time. A caller gets the result of a reading that began after the call. Calls
 * during a reading share the next one. The result of a long reading is reused, so the value should contain
 * its time. A failure rejects the waiting calls and is not reused.
 */
export function sharedReading<T>(
  read: () => Promise<T>,
  clock: Pick<Clock, "monotonicMs">,
): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  let kept: { readonly value: T; readonly untilMs: number } | undefined;

  async function reading(): Promise<T> {
    const beganMs = clock.monotonicMs();
    try {
      const value = await read();
      const endedMs = clock.monotonicMs();
      const tookMs = endedMs - beganMs;
      if (tookMs > LONG_MS) kept = { value, untilMs: endedMs + REST * tookMs };
      return value;
    } finally {
      running = undefined;
    }
  }

  function get(): Promise<T> {
    if (kept && clock.monotonicMs() < kept.untilMs) return Promise.resolve(kept.value);
    kept = undefined;
    if (!running) {
      running = reading();
      return running;
    }
    const after = () => {
      next = undefined;
      return get();
    };
    next ??= running.then(after, after);
    return next;
  }

  return get;
}
