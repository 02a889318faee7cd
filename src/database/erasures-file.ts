import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../core/make-folder.ts";

/** An erasure in the file outside the database. */
interface Erasure {
  readonly subject: string;
  readonly basis: string;
  readonly by: string;
  readonly at: Date;
}

/**
 * A file in the data directory with a line for each erasure. It keeps erasures known if the database is
 * restored from a backup that is older than they are. Lines are only added. Reading skips incomplete lines,
 * which an interrupted write leaves.
 */
export function createErasuresFile(dataDir: string): {
  read(): Promise<readonly Erasure[]>;
  add(erasures: readonly Erasure[]): Promise<void>;
} {
  const path = join(dataDir, "erasures.jsonl");
  return {
    async read() {
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      return text.split("\n").flatMap(parsed);
    },

    async add(erasures) {
      makeFolder(dataDir);
      const file = await open(path, "a", 0o600);
      try {
        // The line break at the beginning ends an incomplete line before it.
        await file.write(`\n${erasures.map((each) => JSON.stringify(each)).join("\n")}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

function parsed(line: string): readonly Erasure[] {
  try {
    const { subject, basis, by, at } = (JSON.parse(line) ?? {}) as Record<keyof Erasure, unknown>;
    const complete =
      [subject, basis, by, at].every((value) => typeof value === "string") &&
      !Number.isNaN(Date.parse(at as string));
    return complete
      ? [{ subject: subject as string, basis: basis as string, by: by as string, at: new Date(at as string) }]
      : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
