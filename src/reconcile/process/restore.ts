import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import { type TurnsTaken, takeTurns } from "../../core/turns.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Period } from "../compare/ports.ts";

/*
 * A restore of an older database, or a fail-over that loses the last commits, loses events that had effects
 * at the target: people may exist there that the database does not know. The latest event is recorded outside
 * the database. If the database does not have it, a period was lost.
 */

export interface Newest {
  /** Id of the oldest event. A different one means another database. */
  readonly first: string;
  readonly newest: string;
}

/** The latest event seen, and the time of that check. */
export interface Seen extends Newest {
  readonly at: string;
}

export interface RestoreStore {
  /** Undefined: there is no event yet. */
  newest(): Promise<Newest | undefined>;
  /** Time of the last event before this one; undefined if this one exists. */
  lastBefore(eventId: string): Promise<Date | undefined>;
  /** Records a lost period with its event. False: another process has recorded it. */
  noteLost(period: Period, event: HistoryEvent): Promise<boolean>;
}

/** A place outside the database. */
export interface SeenFile {
  read(): Promise<Seen | undefined>;
  write(seen: Seen): Promise<void>;
}

export interface RestoreDeps {
  readonly store: RestoreStore;
  readonly file: SeenFile;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly target: string;
  /** Asks for a comparison with the target. */
  readonly compare: () => Promise<void>;
}

/** Maximum period after the last check in which unseen events may be lost. */
export const LOOK_MS = 5_000;
/** Tolerance for the clocks of other processes, which ids are made from. */
const TOLERANCE_MS = 1_000;

/** Checks every few seconds; the first turn has to end before the loop starts. */
export function watchForRestores(deps: RestoreDeps): TurnsTaken {
  const { file, clock, logger } = deps;
  let seen: Seen | undefined;
  const turn = async (): Promise<void> => {
    seen = await look(deps, seen ?? (await file.read()));
  };
  const failed =
    "the latest event could not be recorded beside the database; a restore would not be detected";
  return takeTurns(turn, { clock, logger, everyMs: LOOK_MS, failed });
}

async function look(
  { store, file, clock, logger, target, compare }: RestoreDeps,
  seen: Seen | undefined,
): Promise<Seen | undefined> {
  const now = await store.newest();
  if (!now) return seen;
  const at = clock.now();
  const since = seen && seen.first === now.first ? await store.lastBefore(seen.newest) : undefined;
  if (seen && since) {
    const period = lostPeriod(since, seen);
    const detail = { since: period.since.toISOString(), until: period.until.toISOString() };
    const event = {
      id: uuidv7(at.getTime()),
      at,
      code: "database.restored",
      actor: "system",
      causes: [],
      target,
      detail,
    } as const;
    if (await store.noteLost(period, event)) {
      logger.warn(
        { target, ...detail },
        "the database is older than the latest recorded event; events of this period are lost; starting a full comparison",
      );
      await compare();
    }
  }
  const next = { ...now, at: at.toISOString() };
  if (seen?.newest !== now.newest) await file.write(next);
  return next;
}

/** The period from the last remaining event to the latest possible unseen one. Pure. */
export const lostPeriod = (lastLeft: Date, seen: Seen): Period => ({
  since: new Date(lastLeft.getTime() - TOLERANCE_MS),
  until: new Date(Date.parse(seen.at) + 2 * LOOK_MS),
});
