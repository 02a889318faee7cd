import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { parseCheckpoints } from "../../tlog/checkpoint.ts";

/**
 * A place for checkpoints outside the database. A person who alters the database later cannot alter them
 * there.
 */
export interface Anchors {
  /**
   * Stores the newest checkpoint, at most once an hour and only if the log has grown. Rejects with the
   * system's error if the file cannot be written.
   */
  keep(): Promise<void>;
}

const EVERY_MS = 60 * 60_000;

/** Throws CannotStart if the file cannot be written. */
export function openAnchorsFile(
  path: string,
  checkpoint: () => Promise<string | undefined>,
  clock: Pick<Clock, "monotonicMs">,
): Anchors {
  try {
    append(path, "");
  } catch (cause) {
    throw new CannotStart([`HISTORY_ANCHORS_FILE ${path} cannot be written`], { cause });
  }
  return createAnchorsFile(path, checkpoint, clock);
}

/**
 * Appends each checkpoint to the file, in the form that `history verify --anchors` reads. It never removes
 * anything from the file.
 */
function createAnchorsFile(
  path: string,
  checkpoint: () => Promise<string | undefined>,
  clock: Pick<Clock, "monotonicMs">,
): Anchors {
  let keptMs: number | undefined;
  let kept = lastIn(path);

  return {
    async keep() {
      const ms = clock.monotonicMs();
      if (keptMs !== undefined && ms - keptMs < EVERY_MS) return;
      const note = await checkpoint();
      if (note !== undefined && note !== kept) append(path, note);
      kept = note;
      keptMs = ms;
    },
  };
}

function append(path: string, note: string): void {
  const file = openSync(path, "a", 0o644);
  try {
    writeSync(file, note);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The last checkpoint of the file. Undefined: the file is empty, or its content is not a list of checkpoints.
 */
function lastIn(path: string): string | undefined {
  try {
    return parseCheckpoints(readFileSync(path, "utf8")).at(-1)?.text;
  } catch {
    return undefined;
  }
}
