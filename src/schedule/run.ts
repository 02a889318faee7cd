import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type Turns, takeTurns } from "../core/turns.ts";
import type { ScheduleStore, Worked } from "./ports.ts";

export interface ScheduleDeps {
  readonly store: ScheduleStore;
  /** Version of the rules for dates. */
  readonly version: string;
  /**
   * True: these rules are in force. While it is not decided whether they may be used, no person is computed
   * with them.
   */
  readonly isWorking: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookMs?: number;
}

/**
 * A leaver must be out within seconds of midnight. A look is cheap: it asks an index of scheduled changes.
 */
const LOOK_MS = 5_000;
/** A call of `followRules` may read all records, so it is repeated only every ten minutes. */
const FOLLOW_AGAIN_MS = 600_000;

/**
 * Applies scheduled changes when their day comes, until it is stopped. It runs in every process that runs the
 * loop.
 */
export function startSchedule({
  store,
  version,
  isWorking,
  clock,
  logger,
  lookMs = LOOK_MS,
}: ScheduleDeps): Turns {
  let followAt = 0;
  let failed = 0;

  async function look(signal: AbortSignal): Promise<undefined> {
    if (!isWorking()) {
      followAt = 0;
      await store.recordOtherRules(version);
      return;
    }
    // Due changes come first, because they must not wait for `followRules`.
    const due = await store.applyDue(clock.now(), signal);
    if (due.count > 0) logger.info({ count: due.count }, "scheduled changes took effect");
    if (due.failures.length !== failed)
      logFailures(due, "scheduled changes are due but could not be applied; retrying");
    failed = due.failures.length;
    if (signal.aborted || clock.now().getTime() < followAt) return;
    const read = await store.followRules(version, () => clock.now(), signal);
    if (!read) return;
    followAt = clock.now().getTime() + FOLLOW_AGAIN_MS;
    if (read.count > 0) logger.info({ count: read.count }, "dates of people were read with the new rules");
    logFailures(read, "dates of people could not be read with the new rules; retrying in ten minutes");
  }

  /** Logs the code of an error and not its message, because messages of the database contain values. */
  function logFailures({ failures }: Worked, text: string): void {
    if (failures.length === 0) return;
    logger.warn(
      {
        count: failures.length,
        users: failures.map(({ personId }) => personId),
        code: codeOf(failures[0]!.error),
      },
      text,
    );
  }

  const failing = "due scheduled changes could not be applied; retrying";
  return takeTurns(look, { clock, logger, everyMs: lookMs, failed: failing });
}

/**
 * The code of the original error, at the end of the chain of causes. Usually it is a code of the database.
 */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error.cause instanceof Error) return codeOf(error.cause);
  return "code" in error ? String(error.code) : error.name;
}
