import type { Clock } from "../../core/clock.ts";

/** A clock that can be put forward, so that tokens, invitations and limits end without waiting. Who sleeps sleeps on. */
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
