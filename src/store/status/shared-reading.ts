import type { Clock } from "../../core/clock.ts";

/** A reading that took longer than this is given out again for a while. */
const LONG_MS = 500;
/** For so many times as long as it took: reading takes at most a twentieth of one connection's time. */
const REST = 19;

/**
 * At most one reading at a time, however many ask. Whoever asks gets one that began after they asked; those who ask while one is under way share the
 * next. Only a reading that took long is given out again, so its value should tell of when it is. A failure is told to those who waited, and not kept.
 */
export function sharedReading<T>(read: () => Promise<T>, clock: Pick<Clock, "monotonicMs">): () => Promise<T> {
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
