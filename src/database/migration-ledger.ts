import type { Client } from "pg";
import { CannotStart } from "../core/errors.ts";
import type { Migration } from "./migration-files.ts";

export const LEDGER_NAME = "public._prisma_migrations";

export const isThere = async (client: Client, table: string): Promise<boolean> =>
  (await client.query("select to_regclass($1) is not null as kept", [table])).rows[0].kept === true;

export interface LedgerRow {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

// The table of `prisma migrate`. So its commands `status` and `deploy` work too.
export const LEDGER = `
  create table if not exists public._prisma_migrations (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

export const APPLIED = `
  select migration_name as name, checksum, finished_at is not null as finished
  from public._prisma_migrations where rolled_back_at is null order by started_at`;

export function findPending(
  migrations: readonly Migration[],
  applied: readonly LedgerRow[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const problems = applied.flatMap(({ name, checksum, finished }) => {
    if (!finished)
      return [
        `migration ${name} was begun and did not finish; repair the database, then mark it with "prisma migrate resolve"`,
      ];
    const migration = known.get(name);
    if (!migration)
      return [
        `migration ${name} is applied, but this build does not know it: the database is newer; run a newer version`,
      ];
    return migration.checksum === checksum
      ? []
      : [`migration ${name} was changed after it was applied; restore the file and write a new migration`];
  });
  if (problems.length > 0) throw new CannotStart(problems);
  const names = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !names.has(name));
}
