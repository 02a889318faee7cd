import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type TurnsTaken, takeTurns } from "../core/turns.ts";
import type { Erasure, ErasureStore } from "./subjects.ts";

/** A place outside the database. */
export interface ErasuresFile {
  read(): Promise<readonly Erasure[]>;
  add(erasures: readonly Erasure[]): Promise<void>;
}

export interface KeepErasuresDeps {
  readonly store: Pick<ErasureStore, "replay" | "list" | "clearAgain">;
  readonly file: ErasuresFile;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EVERY_MS = 60_000;

/**
 * Keeps both records of erasures equal: an erasure that a restored database lacks is repeated, one that the
 * file lacks is added. Clears data written about erased people since. Runs once a minute; the first turn has
 * to end before the loop starts.
 */
export function keepErasures(deps: KeepErasuresDeps): TurnsTaken {
  const { clock, logger } = deps;
  const failed = "erasures could not be compared with their copy beside the database; retrying every minute";
  return takeTurns(() => keepOnce(deps), { clock, logger, everyMs: EVERY_MS, failed, level: "error" });
}

export async function keepOnce({ store, file, logger }: Omit<KeepErasuresDeps, "clock">): Promise<void> {
  const [inFile, known] = [await file.read(), await store.list()];
  const subjectsOf = (list: readonly Erasure[]): ReadonlySet<string> =>
    new Set(list.map(({ subject }) => subject));
  const [written, recorded] = [subjectsOf(inFile), subjectsOf(known)];
  let count = 0;
  for (const erasure of inFile)
    if (!recorded.has(erasure.subject) && (await store.replay(erasure))) count += 1;
  if (count > 0) logger.warn({ count }, "the database lacked recorded erasures; they were repeated");
  const missing = known.filter(({ subject }) => !written.has(subject));
  // First: the file may be on a disk that is full or read-only.
  await store.clearAgain();
  if (missing.length > 0) await file.add(missing);
}
