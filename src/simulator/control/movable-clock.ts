import type { Clock } from "../../core/clock.ts";

/**
 * A clock that tests can put forward, so that tokens, invitations and limits end without waiting. A `sleep`
 * that has begun does not become shorter.
 */
export interface MovableClock extends Clock {
  advance(ms: number): void;
}

export function createMovableClock(clock: Clock): MovableClock {
  let aheadMs = 0;
  return {
    now: () => new Date(clock.now().getTime() + aheadMs),
    monotonicMs: () => clock.monotonicMs() + aheadMs,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    advance: (ms) => {
      aheadMs += ms;
    },
  };
}
