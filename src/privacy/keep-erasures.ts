import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
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
 * Keeps both records of erasures equal: an erasure that a restored database lacks is repeated, one that the file lacks is added. Clears data written
 * about erased people since. Runs once before the loop starts, then every minute until `signal` is aborted.
 */
export async function keepErasures(deps: KeepErasuresDeps, signal: AbortSignal): Promise<void> {
  const { clock, logger } = deps;
  const turn = async (): Promise<void> => {
    try {
      await keepOnce(deps);
    } catch (error) {
      logger.error({ error }, "erasures could not be compared with their copy beside the database; retrying in a minute");
    }
  };
  await turn();
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await turn();
    }
  })();
}

export async function keepOnce({ store, file, logger }: Omit<KeepErasuresDeps, "clock">): Promise<void> {
  const [inFile, known] = [await file.read(), await store.list()];
  const subjectsOf = (list: readonly Erasure[]): ReadonlySet<string> => new Set(list.map(({ subject }) => subject));
  const [written, recorded] = [subjectsOf(inFile), subjectsOf(known)];
  let count = 0;
  for (const erasure of inFile) if (!recorded.has(erasure.subject) && (await store.replay(erasure))) count += 1;
  if (count > 0) logger.warn({ count }, "the database lacked recorded erasures; they were repeated");
  const missing = known.filter(({ subject }) => !written.has(subject));
  // First: the file may be on a disk that is full or read-only.
  await store.clearAgain();
  if (missing.length > 0) await file.add(missing);
}
