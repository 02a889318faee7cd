import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type Turns, takeTurns } from "../core/turns.ts";
import type { ScheduleStore, Worked } from "./ports.ts";

export interface ScheduleDeps {
  readonly store: ScheduleStore;
  /** Of the rules that say what dates mean. */
  readonly version: string;
  /** Whether these are the rules in force. While it is not decided whether they may be written by, nobody is worked out by them. */
  readonly isWorking: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookMs?: number;
}

/** A leaver is out within seconds of midnight; a look finds nothing by an index of what is to come. */
const LOOK_MS = 5_000;
/** It may read all records. */
const FOLLOW_AGAIN_MS = 600_000;

/** Lets days take effect as they come, in every process that runs the loop, until it is stopped. */
export function startSchedule({ store, version, isWorking, clock, logger, lookMs = LOOK_MS }: ScheduleDeps): Turns {
  let followAt = 0;
  let failed = 0;

  async function look(signal: AbortSignal): Promise<undefined> {
    if (!isWorking()) {
      followAt = 0;
      await store.distrust(version);
      return;
    }
    // What is due never waits for the rules.
    const due = await store.applyDue(clock.now(), signal);
    if (due.count > 0) logger.info({ count: due.count }, "scheduled changes took effect");
    if (due.failures.length !== failed) tellFailures(due, "scheduled changes are due but could not be applied; retrying");
    failed = due.failures.length;
    if (signal.aborted || clock.now().getTime() < followAt) return;
    const read = await store.followRules(version, () => clock.now(), signal);
    if (!read) return;
    followAt = clock.now().getTime() + FOLLOW_AGAIN_MS;
    if (read.count > 0) logger.info({ count: read.count }, "dates of people were read with the new rules");
    tellFailures(read, "dates of people could not be read with the new rules; retrying in ten minutes");
  }

  /** Without the message: that of the database has values in it. */
  function tellFailures({ failures }: Worked, text: string): void {
    if (failures.length === 0) return;
    logger.warn({ count: failures.length, users: failures.map(({ personId }) => personId), code: codeOf(failures[0]!.error) }, text);
  }

  const failing = "due scheduled changes could not be applied; retrying";
  return takeTurns(look, { clock, logger, everyMs: lookMs, failed: failing });
}

/** Of what went wrong first: the database's own, where the storage says no more than that it failed. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error.cause instanceof Error) return codeOf(error.cause);
  return "code" in error ? String(error.code) : error.name;
}
