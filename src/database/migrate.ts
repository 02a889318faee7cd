import { Logger as QueueLogger, runMigrations } from "graphile-worker";
import { Client, DatabaseError } from "pg";
import { systemClock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { type Migration, readMigrations } from "./migration-files.ts";

export interface MigrateOptions {
  /** Address of a direct connection. PgBouncer in transaction mode would lose the lock. */
  readonly connectionString: string;
  readonly logger: Logger;
}

/** The advisory lock of `prisma migrate`. So its runs and ours exclude each other. */
const MIGRATION_LOCK = 72_707_369;
/** The lock is polled. A statement that waits for the lock would block `create index concurrently`, which waits for all earlier statements. */
const LOCK_LOOK_MS = 100;

/**
 * While a migration waits for a table, all later statements on this table wait too. So a migration gives up after this time, and tries again later. The time is
 * shorter than the lock limit of requests (store/postgres/pool.ts).
 */
const TABLE_LOCK_MS = 500;
const TABLE_LOCK_PAUSE_MS = 1_000;
const TABLE_LOCK_TRIES = 60;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Applies the migrations in `directory` that the database does not have yet. Returns their names. Each runs in its own transaction, except those that build indexes
 * concurrently. Processes of the previous version may be running: a migration never blocks them for long.
 * Several processes may call it at the same time. One of them works; the others wait and then find nothing to do. A migration that fails is rolled back, and the
 * next call tries it again. The table `_prisma_migrations` is the one of `prisma migrate`.
 *
 * Rejects with `CannotStart` before it changes anything if the database and the directory do not fit: an applied migration was edited, is unknown here (the database
 * is newer than this build), or was begun and never finished (by another tool, or because it contains a `commit`).
 */
export async function migrate(options: MigrateOptions & { readonly directory: string }): Promise<readonly string[]> {
  const migrations = readMigrations(options.directory);
  return underLock(options, async (client) => {
    // A user without the right to create tables must not need it if there is nothing to migrate.
    if (!(await isThere(client, LEDGER_NAME))) await client.query(LEDGER);
    const applied = (await client.query<LedgerRow>(APPLIED)).rows;
    const pending = findPending(migrations, applied);
    // In a new database the lines of all migrations say nothing new, and they hide the banner with the first token.
    const isNew = applied.length === 0;
    for (const migration of pending) {
      await apply(client, migration);
      options.logger[isNew ? "debug" : "info"]({ migration: migration.name }, "migration applied");
    }
    if (isNew && pending.length > 0) options.logger.info({ migrations: pending.length }, "the tables of a new database were created");
    return pending.map((migration) => migration.name);
  });
}

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/** The migrations of `directory` in their order, each with whether the database has it. Changes nothing. Rejects with `CannotStart` as `migrate` does. */
export async function migrationStates(options: MigrateOptions & { readonly directory: string }): Promise<readonly MigrationState[]> {
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

/** Migrates the schema of the queue (`graphile_worker`) to the installed version of the library. True: the version changed. It takes the lock of `migrate`. */
export async function migrateQueue(options: MigrateOptions): Promise<boolean> {
  const logger = new QueueLogger(() => (level, message) => options.logger[level === "warning" ? "warn" : level]({}, message));
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

const LEDGER_NAME = "public._prisma_migrations";

const isThere = async (client: Client, table: string): Promise<boolean> =>
  (await client.query("select to_regclass($1) is not null as kept", [table])).rows[0].kept === true;

/** Limit for a connection. Some hosts drop packets without an answer. */
const CONNECT_MS = 10_000;

interface LedgerRow {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

// The table of `prisma migrate`. So its commands `status` and `deploy` work too.
const LEDGER = `
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

const APPLIED = `
  select migration_name as name, checksum, finished_at is not null as finished
  from public._prisma_migrations where rolled_back_at is null order by started_at`;

function findPending(migrations: readonly Migration[], applied: readonly LedgerRow[]): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const problems = applied.flatMap(({ name, checksum, finished }) => {
    if (!finished)
      return [`migration ${name} was begun and did not finish; repair the database, then mark it with "prisma migrate resolve"`];
    const migration = known.get(name);
    if (!migration) return [`migration ${name} is applied, but this build does not know it: the database is newer; run a newer version`];
    return migration.checksum === checksum
      ? []
      : [`migration ${name} was changed after it was applied; restore the file and write a new migration`];
  });
  if (problems.length > 0) throw new CannotStart(problems);
  const names = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !names.has(name));
}

async function apply(client: Client, migration: Migration): Promise<void> {
  const { name } = migration;
  for (let tries = 1; ; tries++) {
    try {
      return await (migration.steps ? applySteps(client, migration, migration.steps) : applyWhole(client, migration));
    } catch (cause) {
      if (!isLockTimeout(cause))
        throw new CannotStart([`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`], { cause });
      if (tries === TABLE_LOCK_TRIES)
        throw new CannotStart(
          [
            `migration ${name} needs a table that another program keeps locked; end its transaction (pg_stat_activity shows it) and try again`,
          ],
          { cause },
        );
      await systemClock.sleep(TABLE_LOCK_PAUSE_MS);
    }
  }
}

const isLockTimeout = (error: unknown): boolean => error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;

async function applyWhole(client: Client, { name, checksum, sql }: Migration): Promise<void> {
  try {
    await client.query(`begin; set local lock_timeout = ${TABLE_LOCK_MS}`);
    const begun = await client.query(
      `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values (gen_random_uuid()::text, $1, $2, clock_timestamp(), null, 1) returning id, pg_current_xact_id()::text as transaction`,
      [checksum, name],
    );
    await client.query(sql);
    const { id, transaction } = begun.rows[0];
    const ended = await client.query(
      `update public._prisma_migrations set finished_at = clock_timestamp() where id = $1 and pg_current_xact_id()::text = $2`,
      [id, transaction],
    );
    if (ended.rowCount !== 1) throw new Error("it contains a commit or rollback, so it may be half applied");
    await client.query("commit");
  } catch (error) {
    // If the connection is lost, this fails too. Then the server has rolled back already.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Runs the steps outside a transaction. If it is interrupted, the next call begins again with the first step. So each step can be repeated (migration-files.ts). */
async function applySteps(client: Client, { name, checksum }: Migration, steps: readonly string[]): Promise<void> {
  for (const step of steps) await client.query(step);
  await client.query(
    `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values (gen_random_uuid()::text, $1, $2, clock_timestamp(), clock_timestamp(), 1)`,
    [checksum, name],
  );
}

/** Runs `work` with the lock, on its own connection. The lock belongs to the session, so it is freed if the process is killed. */
async function underLock<T>(options: MigrateOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: options.connectionString, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", (error) => options.logger.warn({ error: error.message }, "the connection of the migration was lost"));
  await client.connect();
  try {
    // The role or the URL may set limits for requests. They must not end a long migration.
    await client.query("set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0");
    const isLocked = async () =>
      (await client.query("select pg_try_advisory_lock($1) as locked", [MIGRATION_LOCK])).rows[0].locked === true;
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
