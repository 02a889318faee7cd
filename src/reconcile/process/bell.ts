import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";

/**
 * A waiter sleeps until it is notified or a time is over. A notification without a waiter ends the next wait
 * immediately.
 */
export interface Bell {
  ring(): void;
  /** Ends with `signal`, too. */
  rest(ms: number, signal?: AbortSignal): Promise<void>;
}

export function createBell(clock: Pick<Clock, "sleep">): Bell {
  let notify = () => {};
  let notified = false;
  return {
    ring() {
      notified = true;
      notify();
    },
    async rest(ms, signal) {
      if (!notified) {
        const timer = new AbortController();
        const until = signal ? AbortSignal.any([signal, timer.signal]) : timer.signal;
        await Promise.race([
          new Promise<void>((resolve) => {
            notify = resolve;
          }),
          sleepUnlessAborted(clock, ms, until),
        ]);
        timer.abort();
      }
      notified = false;
    },
  };
}
