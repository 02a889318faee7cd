import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { parseCheckpoints } from "../../tlog/checkpoint.ts";

/** Where checkpoints go beside the database: whoever alters it later does not reach them there. */
export interface Anchors {
  /** The newest checkpoint, once an hour when the log has grown. Throws the system's error when it cannot be written. */
  keep(): Promise<void>;
}

const EVERY_MS = 60 * 60_000;

/** Throws CannotStart when the file cannot be written. */
export function openAnchorsFile(path: string, checkpoint: () => Promise<string | undefined>, clock: Pick<Clock, "monotonicMs">): Anchors {
  try {
    append(path, "");
  } catch (cause) {
    throw new CannotStart([`HISTORY_ANCHORS_FILE ${path} cannot be written`], { cause });
  }
  return createAnchorsFile(path, checkpoint, clock);
}

/** One after another behind those that are there, as `history verify --anchors` reads them. Nothing is ever taken out of the file. */
function createAnchorsFile(path: string, checkpoint: () => Promise<string | undefined>, clock: Pick<Clock, "monotonicMs">): Anchors {
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

/** Undefined as well where somebody has written something else into it. */
function lastIn(path: string): string | undefined {
  try {
    return parseCheckpoints(readFileSync(path, "utf8")).at(-1)?.text;
  } catch {
    return undefined;
  }
}
