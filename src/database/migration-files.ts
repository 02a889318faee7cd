import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Of a migration that builds or drops indexes `concurrently`: its statements, which run outside a transaction. */
  readonly steps?: readonly string[];
  /** SHA-256 of the file's bytes, in hexadecimal, as `prisma migrate` writes it. */
  readonly checksum: string;
}

/** The migrations `<directory>/<name>/migration.sql`, in the order they are applied: by name, which begins with a time. */
export function readMigrations(directory: string): readonly Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(directory, name, "migration.sql"));
      const sql = bytes.toString("utf8");
      const steps = stepsOf(sql);
      return { name, sql, checksum: createHash("sha256").update(bytes).digest("hex"), ...(steps ? { steps } : {}) };
    });
}

/**
 * An index on a table with many rows is built beside its writers, `drop index concurrently if exists x; create index concurrently x on …`: a build that was
 * interrupted leaves an index that nobody uses, so each is dropped first. Such a file holds nothing else (tests/support/migration-rules.ts).
 */
function stepsOf(sql: string): readonly string[] | undefined {
  const bare = sql.replace(/--.*$/gm, "");
  if (!/\bindex\s+concurrently\b/i.test(bare)) return undefined;
  return bare.split(";").filter((statement) => statement.trim() !== "");
}
