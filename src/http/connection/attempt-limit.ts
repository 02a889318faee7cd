import type { Clock } from "../../core/clock.ts";

/**
 * Limit of unauthenticated attempts. It is counted before verification, so that concurrent attempts are
 * limited too.
 */
export interface AttemptLimit {
  /** Takes one attempt. Returns the milliseconds to wait if there is none, otherwise 0. */
  take(key: string): number;
  /** Returns an attempt that was valid. */
  giveBack(key: string): void;
}

interface Window {
  used: number;
  readonly endsMs: number;
}

const WINDOW_MS = 60_000;
/** About 2 MB, for any number of networks. */
const MAX_KEYS = 10_000;

/**
 * Counts in windows of one minute, which begin with a key's first attempt. Unknown callers choose the keys,
 * so the number of keys is bounded here, and their length by the callers. If there is no room, the key with
 * the oldest window is dropped. Only a caller with 10,000 networks gets more attempts by this. Libraries keep
 * a timer for each key (measured: 770 MB more within a minute of invented client ids).
 */
export function createAttemptLimit(perMinute: number, clock: Pick<Clock, "monotonicMs">): AttemptLimit {
  /** In the order of the start of the windows. */
  const windows = new Map<string, Window>();
  /**
   * The iterator is kept. A new one would pass all keys deleted since the map was last rehashed (measured:
   * ten times slower).
   */
  let following = windows.entries();
  let oldest: readonly [string, Window] | undefined;

  function next(): readonly [string, Window] | undefined {
    const { value } = following.next();
    // A finished iterator stays finished.
    if (value === undefined) following = windows.entries();
    return value;
  }

  function forgetOldest(nowMs: number): void {
    for (oldest ??= next(); oldest !== undefined; oldest = next()) {
      const [key, window] = oldest;
      if (windows.get(key) !== window) continue;
      if (window.endsMs > nowMs && windows.size < MAX_KEYS) return;
      windows.delete(key);
    }
  }

  function begin(key: string, nowMs: number): Window {
    windows.delete(key);
    forgetOldest(nowMs);
    const window = { used: 0, endsMs: nowMs + WINDOW_MS };
    windows.set(key, window);
    return window;
  }

  return {
    take(key) {
      const nowMs = clock.monotonicMs();
      const known = windows.get(key);
      const window = known && known.endsMs > nowMs ? known : begin(key, nowMs);
      if (window.used >= perMinute) return Math.max(1, window.endsMs - nowMs);
      window.used += 1;
      return 0;
    },
    giveBack(key) {
      const window = windows.get(key);
      if (window && window.used > 0) window.used -= 1;
    },
  };
}
