import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

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

/** What ends at the same time, as none of it needs the others. */
export type Stage = readonly Ending[];

/**
 * Ends them stage by stage, last begun first, in a bounded time: what hangs is left behind, and a failure
 * keeps nothing from being ended. Then only the end of the process is missing.
 */
export async function endInOrder(begun: readonly Stage[], clock: Clock, logger: Logger): Promise<void> {
  const deadlineMs = clock.monotonicMs() + ALL_MS;
  for (let at = begun.length - 1; at >= 0; at--) {
    const kept = begun
      .slice(0, at)
      .reduce((sum, stage) => sum + Math.max(0, ...stage.map(({ leastMs }) => leastMs)), 0);
    const leftMs = Math.max(0, deadlineMs - clock.monotonicMs() - kept);
    await Promise.all(
      begun[at]!.map((ending) => endOne(ending, Math.min(ending.mostMs, leftMs), clock, logger)),
    );
  }
}

async function endOne({ name, end }: Ending, graceMs: number, clock: Clock, logger: Logger): Promise<void> {
  const timer = new AbortController();
  const ended = end(graceMs).then(
    () => true,
    (error: unknown) => {
      logger.error({ part: name, error }, "a part of the server could not be stopped cleanly");
      return true;
    },
  );
  const late = clock.sleep(graceMs, timer.signal).then(
    () => false,
    () => true,
  );
  if (!(await Promise.race([ended, late])))
    logger.error({ part: name, graceMs }, "a part of the server did not stop in time; continuing without it");
  timer.abort();
}
