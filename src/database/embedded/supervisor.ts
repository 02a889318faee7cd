import { backoffMs } from "../../core/backoff.ts";
import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

export interface SupervisorOptions {
  readonly isRunning: () => boolean;
  /** Starts the server. Rejects with the reason of a failure. */
  readonly start: () => Promise<void>;
  /** Ends the server, also while it is starting. */
  readonly end: (graceMs?: number) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Supervisor {
  stop(graceMs?: number): Promise<void>;
}

const LOOK_MS = 250;
/**
 * Pauses between failed attempts grow from AGAIN_MS to AGAIN_MAX_MS. An operator may have to act first, for
 * instance if the disk is full.
 */
const AGAIN_MS = 500;
const AGAIN_MAX_MS = 15_000;
/** Interval at which a stop tries to end a server that is starting. */
const END_AGAIN_MS = 50;

/** Restarts a server that ended unexpectedly: it was killed, or had no memory or disk space. */
export function superviseServer({ isRunning, start, end, clock, logger }: SupervisorOptions): Supervisor {
  const stopping = new AbortController();

  const pause = (ms: number): Promise<void> => sleepUnlessAborted(clock, ms, stopping.signal);

  async function watch(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      if (isRunning()) {
        failures = 0;
        await pause(LOOK_MS);
        continue;
      }
      logger.warn({ failures }, "the embedded PostgreSQL has ended; restarting it");
      try {
        await start();
      } catch (error) {
        if (stopping.signal.aborted) return;
        logger.error({ failures, error }, "the embedded PostgreSQL could not be restarted; retrying");
        await pause(backoffMs(failures, Math.random(), AGAIN_MS, AGAIN_MAX_MS));
        failures += 1;
      }
    }
  }

  let watching = true;
  const watched = watch().finally(() => {
    watching = false;
  });
  return {
    async stop(graceMs) {
      const untilMs = clock.monotonicMs() + (graceMs ?? Number.POSITIVE_INFINITY);
      stopping.abort();
      do {
        await end(graceMs);
        await Promise.race([watched, clock.sleep(END_AGAIN_MS)]);
      } while (watching && clock.monotonicMs() < untilMs);
      await end(graceMs);
    },
  };
}
