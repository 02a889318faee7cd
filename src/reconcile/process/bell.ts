import type { Clock } from "../../core/clock.ts";

/** Somebody rests until it is rung, or until a time is over. What was rung while nobody rested counts for the next rest. */
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
