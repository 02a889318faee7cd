import { Logger as QueueLogger, runMigrations } from "graphile-worker";
import { Client } from "pg";
import { systemClock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { apply } from "./apply-migration.ts";
import { readMigrations } from "./migration-files.ts";
import { APPLIED, findPending, isThere, LEDGER, LEDGER_NAME, type LedgerRow } from "./migration-ledger.ts";

export interface MigrateOptions {
  /** Address of a direct connection. PgBouncer in transaction mode would lose the lock. */
  readonly connectionString: string;
  readonly logger: Logger;
}

/** The advisory lock of `prisma migrate`. So its runs and ours exclude each other. */
const MIGRATION_LOCK = 72_707_369;
/**
 * The lock is polled. A statement that waits for the lock would block `create index concurrently`, which
 * waits for all earlier statements.
 */
const LOCK_LOOK_MS = 100;

/**
 * Applies the migrations in `directory` that the database does not have yet. Returns their names. Each runs
 * in its own transaction, except those that build indexes concurrently. Processes of the previous version may
 * be running: a migration never blocks them for long. Several processes may call it at the same time. One of
 * them works; the others wait and then find nothing to do. A migration that fails is rolled back, and the
 * next call tries it again. The table `_prisma_migrations` is the one of `prisma migrate`.
 *
 * Rejects with `CannotStart` before it changes anything if the database and the directory do not fit: an
 * applied migration was edited, is unknown here (the database is newer than this build), or was begun and
 * never finished (by another tool, or because it contains a `commit`).
 */
export async function migrate(
  options: MigrateOptions & { readonly directory: string },
): Promise<readonly string[]> {
  const migrations = readMigrations(options.directory);
  return underLock(options, async (client) => {
    // A user without the right to create tables must not need it if there is nothing to migrate.
    if (!(await isThere(client, LEDGER_NAME))) await client.query(LEDGER);
    const applied = (await client.query<LedgerRow>(APPLIED)).rows;
    const pending = findPending(migrations, applied);
    // In a new database the lines of all migrations say nothing new, and they hide the banner with the first
    // token.
    const isNew = applied.length === 0;
    for (const migration of pending) {
      await apply(client, migration);
      options.logger[isNew ? "debug" : "info"]({ migration: migration.name }, "migration applied");
    }
    if (isNew && pending.length > 0)
      options.logger.info({ migrations: pending.length }, "the tables of a new database were created");
    return pending.map((migration) => migration.name);
  });
}

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/**
 * The migrations of `directory` in their order, each with whether the database has it. Changes nothing.
 * Rejects with `CannotStart` as `migrate` does.
 */
export async function migrationStates(
  options: MigrateOptions & { readonly directory: string },
): Promise<readonly MigrationState[]> {
  const migrations = readMigrations(options.directory);
  return underLock(options, async (client) => {
    const applied = (await isThere(client, LEDGER_NAME)) ? (await client.query<LedgerRow>(APPLIED)).rows : [];
    const pending = new Set(findPending(migrations, applied));
    return migrations.map((migration) => ({ name: migration.name, applied: !pending.has(migration) }));
  });
}

/** True: a migration of this product was applied to the database before. */
export async function isMigrated(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await isThere(client, LEDGER_NAME);
  } finally {
    await client.end();
  }
}

/**
 * Migrates the schema of the queue (`graphile_worker`) to the installed version of the library. True: the
 * version changed. It takes the lock of `migrate`.
 */
export async function migrateQueue(options: MigrateOptions): Promise<boolean> {
  const logger = new QueueLogger(
    () => (level, message) => options.logger[level === "warning" ? "warn" : level]({}, message),
  );
  return underLock(options, async (client) => {
    const version = async (): Promise<unknown> =>
      (await isThere(client, "graphile_worker.migrations"))
        ? (await client.query("select max(id) as version from graphile_worker.migrations")).rows[0].version
        : undefined;
    const before = await version();
    await runMigrations({ connectionString: options.connectionString, logger });
    return (await version()) !== before;
  });
}

/** Limit for a connection. Some hosts drop packets without an answer. */
const CONNECT_MS = 10_000;

/**
 * Runs `work` with the lock, on its own connection. The lock belongs to the session, so it is freed if the
 * process is killed.
 */
async function underLock<T>(options: MigrateOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: options.connectionString,
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on("error", (error) =>
    options.logger.warn({ error: error.message }, "the connection of the migration was lost"),
  );
  await client.connect();
  try {
    // The role or the URL may set limits for requests. They must not end a long migration.
    await client.query(
      "set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0",
    );
    const isLocked = async () =>
      (await client.query("select pg_try_advisory_lock($1) as locked", [MIGRATION_LOCK])).rows[0].locked ===
      true;
    if (!(await isLocked())) {
      options.logger.info({}, "another process is migrating the database; waiting for it");
      do await systemClock.sleep(LOCK_LOOK_MS);
      while (!(await isLocked()));
    }
    return await work(client);
  } finally {
    await client.end();
  }
}
