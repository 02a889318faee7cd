import { createHash } from "node:crypto";
import { resolve } from "node:path";

/** Names the organisation that a journal file keeps: processes of one sandbox share a simulator, and those of another must not. Tells nothing of the path. */
export const instanceOf = (journalPath: string | undefined): string | null =>
  journalPath === undefined ? null : createHash("sha256").update(resolve(journalPath)).digest("hex").slice(0, 32);
