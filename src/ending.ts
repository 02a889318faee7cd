import type { Clock } from "./core/clock.ts";
import type { Logger } from "./core/logger.ts";

/** One of the things that run and have to be ended, with what depends on nothing below it. */
export interface Ending {
  readonly name: string;
  /** Gets at most this long. */
  readonly mostMs: number;
  /** Those that end after others get at least this long, whatever these took. */
  readonly leastMs: number;
  /** Ends it within `graceMs`. */
  end(graceMs: number): Promise<void>;
}

/** Service managers kill after thirty seconds as a rule. */
const ALL_MS = 23_000;

/**
 * Ends them one after the other, last begun first, in a bounded time: what hangs is left behind, and a failure keeps nothing from being ended. Then only the
 * end of the process is missing.
 */
export async function endInOrder(begun: readonly Ending[], clock: Clock, logger: Logger): Promise<void> {
  const deadlineMs = clock.monotonicMs() + ALL_MS;
  for (let at = begun.length - 1; at >= 0; at--) {
    const { name, mostMs, end } = begun[at]!;
    const kept = begun.slice(0, at).reduce((sum, { leastMs }) => sum + leastMs, 0);
    const graceMs = Math.max(0, Math.min(mostMs, deadlineMs - clock.monotonicMs() - kept));
    const timer = new AbortController();
    const ended = end(graceMs).then(
      () => true,
      (error: unknown) => {
        logger.error({ part: name, error }, "a part of the server could not be ended in order");
        return true;
      },
    );
    const late = clock.sleep(graceMs, timer.signal).then(
      () => false,
      () => true,
    );
    if (!(await Promise.race([ended, late]))) logger.error({ part: name, graceMs }, "a part of the server does not end; it is left behind");
    timer.abort();
  }
}
