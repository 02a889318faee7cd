import type { Clock } from "../../core/clock.ts";

/** A waiter sleeps until it is notified or a time is over. A notification without a waiter ends the next wait immediately. */
export interface Bell {
  ring(): void;
  rest(ms: number): Promise<void>;
}

export function createBell(clock: Pick<Clock, "sleep">): Bell {
  let notify = () => {};
  let notified = false;
  return {
    ring() {
      notified = true;
      notify();
    },
    async rest(ms) {
      if (!notified) {
        const timer = new AbortController();
        await Promise.race([
          new Promise<void>((resolve) => {
            notify = resolve;
          }),
          clock.sleep(ms, timer.signal).catch(() => undefined),
        ]);
        timer.abort();
      }
      notified = false;
    },
  };
}
