import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../core/make-folder.ts";

/**
 * The newest event that this process has seen, stored outside the database. A restored database is detected
 * by it.
 */
interface Seen {
  readonly first: string;
  readonly newest: string;
  readonly at: string;
}

/**
 * A small file in the data directory. `read` answers undefined if the file is missing, as at the first start,
 * or if its content is not valid.
 */
export function createSeenFile(dataDir: string): {
  read(): Promise<Seen | undefined>;
  write(seen: Seen): Promise<void>;
} {
  const path = join(dataDir, "newest-event.json");
  const draft = `${path}.${process.pid}`;
  return {
    async read() {
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      return parsed(text);
    },

    /** Writes another file and renames it. So the file is never half-written, which would hide a restore. */
    async write(seen) {
      makeFolder(dataDir);
      await writeFile(draft, `${JSON.stringify(seen)}\n`, { mode: 0o600 });
      await rename(draft, path);
    },
  };
}

function parsed(text: string): Seen | undefined {
  try {
    const { first, newest, at } = JSON.parse(text) as Partial<Seen>;
    return first !== undefined && newest !== undefined && at !== undefined
      ? { first, newest, at }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
