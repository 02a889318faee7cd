import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

export interface ReadingSchedule {
  stop(): Promise<void>;
}

/**
 * Interval of the checks whether a reading is due. The history decides, because any process may have read.
 */
const LOOK_MS = 60_000;

const LONGEST_LOOKS = 60;

/**
 * Reads whenever a reading is due, until it is stopped. Failures are logged and retried with growing delays,
 * up to an hour.
 */
export function scheduleReadings(
  read: (signal: AbortSignal) => Promise<void>,
  {
    clock,
    logger,
    lookMs = LOOK_MS,
  }: { readonly clock: Clock; readonly logger: Logger; readonly lookMs?: number },
): ReadingSchedule {
  const stopping = new AbortController();
  const { signal } = stopping;
  async function looks(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await read(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        logger.error({ error }, "people could not be read from Workday; nothing was changed; retrying");
      }
      await sleepUnlessAborted(clock, lookMs * Math.min(LONGEST_LOOKS, 2 ** failures), signal);
    }
  }
  const running = looks();
  return {
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await running;
    },
  };
}
