import type { Clock } from "../../core/clock.ts";

/** Limit of unauthenticated attempts. It is counted before verification, so that concurrent attempts are limited too. */
export interface AttemptLimit {
  /** Takes one attempt; the milliseconds to wait when there is none to take, else 0. */
  take(key: string): number;
  /** The attempt was good after all: gives it back. */
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
 * In windows of a minute that begin with a key's first attempt. Strangers choose the keys, so both are bounded: how many are kept, and, by the callers, how
 * long they are. When there is no room the key with the oldest window is forgotten, which lets one who has 10,000 networks try more often, and nobody else.
 * No library: theirs keep a timer for every key (measured: 770 MB more within a minute of made-up client ids).
 */
export function createAttemptLimit(perMinute: number, clock: Pick<Clock, "monotonicMs">): AttemptLimit {
  /** In the order in which windows began. */
  const windows = new Map<string, Window>();
  /** Goes on where it stood: a new one would pass every key that was forgotten since the map was last laid out (measured: ten times as long). */
  let following = windows.entries();
  let oldest: readonly [string, Window] | undefined;

  function next(): readonly [string, Window] | undefined {
    const { value } = following.next();
    // One that has reached the end stays there.
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
