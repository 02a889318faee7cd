import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Period } from "../ports.ts";

/*
 * A restore of an older database, and a fail-over that loses the last commits, take events away that had consequences at the target: people were made whom
 * nobody here knows any more. What this process saw last is kept outside the database; when the database has never heard of it, time was lost.
 */

export interface Newest {
  /** Of the oldest event there is: another one says that it is another database. */
  readonly first: string;
  readonly newest: string;
}

/** What was seen, and when it was last looked. */
export interface Seen extends Newest {
  readonly at: string;
}

export interface RestoreStore {
  /** Undefined where nothing has happened yet. */
  newest(): Promise<Newest | undefined>;
  /** When the last event happened that is older than this one; undefined when this one is there. */
  lastBefore(eventId: string): Promise<Date | undefined>;
  /** Remembers a lost time with the event that says so; false when another process has done so. */
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

/** What is lost at most of what was never seen. */
export const LOOK_MS = 5_000;
/** Clocks of other processes, by which ids are made. */
const TOLERANCE_MS = 1_000;

/** Looks once, before the loop begins to work, and then every few seconds until `signal` is aborted. */
export async function watchForRestores(deps: RestoreDeps, signal: AbortSignal): Promise<void> {
  const { file, clock, logger } = deps;
  let seen: Seen | undefined;
  let told = false;
  const turn = async (): Promise<void> => {
    try {
      seen = await look(deps, seen ?? (await file.read()));
      told = false;
    } catch (error) {
      // Once, not every few seconds.
      if (!told) logger.warn({ error }, "the latest event could not be recorded beside the database; a restore would not be detected");
      told = true;
    }
  };
  await turn();
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal).catch(() => undefined);
      if (!signal.aborted) await turn();
    }
  })();
}

async function look({ store, file, clock, logger, target, compare }: RestoreDeps, seen: Seen | undefined): Promise<Seen | undefined> {
  const now = await store.newest();
  if (!now) return seen;
  const at = clock.now();
  const since = seen && seen.first === now.first ? await store.lastBefore(seen.newest) : undefined;
  if (seen && since) {
    const period = lostPeriod(since, seen);
    const detail = { since: period.since.toISOString(), until: period.until.toISOString() };
    const event = { id: uuidv7(at.getTime()), at, code: "database.restored", actor: "system", causes: [], target, detail } as const;
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

/** From the last event that is left to the last that can have happened without being seen. Pure. */
export const lostPeriod = (lastLeft: Date, seen: Seen): Period => ({
  since: new Date(lastLeft.getTime() - TOLERANCE_MS),
  until: new Date(Date.parse(seen.at) + 2 * LOOK_MS),
});
