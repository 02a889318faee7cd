import { createHash } from "node:crypto";
import { resolve } from "node:path";

/**
 * Identifies the organisation of a journal file: a hash of its path, which does not reveal the path.
 * Processes of one sandbox share a simulator, and compare this id to detect a simulator of another sandbox.
 * Null without a journal.
 */
export const instanceOf = (journalPath: string | undefined): string | null =>
  journalPath === undefined
    ? null
    : createHash("sha256").update(resolve(journalPath)).digest("hex").slice(0, 32);
