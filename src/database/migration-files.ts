import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /**
   * Only for a migration that builds or drops indexes `concurrently`: its statements. They run outside a
   * transaction.
   */
  readonly steps?: readonly string[];
  /** SHA-256 of the file's bytes, in hexadecimal, as `prisma migrate` writes it. */
  readonly checksum: string;
}

/**
 * The migrations `<directory>/<name>/migration.sql`, in the order in which they are applied. This is the
 * order of names, which begin with a time.
 */
export function readMigrations(directory: string): readonly Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(directory, name, "migration.sql"));
      const sql = bytes.toString("utf8");
      const steps = stepsOf(sql);
      return {
        name,
        sql,
        checksum: createHash("sha256").update(bytes).digest("hex"),
        ...(steps ? { steps } : {}),
      };
    });
}

/**
 * The statements of a migration that builds an index while others write: `drop index concurrently if exists
 * x; create index concurrently x on …`. An interrupted build leaves an invalid index, so the index is dropped
 * first. Such a file contains nothing else (tests/support/migration-rules.ts). Undefined: another migration.
 */
function stepsOf(sql: string): readonly string[] | undefined {
  const bare = sql.replace(/--.*$/gm, "");
  if (!/\bindex\s+concurrently\b/i.test(bare)) return undefined;
  return bare.split(";").filter((statement) => statement.trim() !== "");
}
