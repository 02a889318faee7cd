import { Logger as QueueLogger, runMigrations } from "graphile-worker";
import { Client, DatabaseError } from "pg";
import { systemClock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { type Migration, readMigrations } from "./migration-files.ts";

export interface MigrateOptions {
  /** A direct connection: PgBouncer in transaction mode would lose the lock. */
  readonly connectionString: string;
  readonly logger: Logger;
}

/** The lock `prisma migrate` takes, so that its runs and ours exclude each other. */
const MIGRATION_LOCK = 72_707_369;
/** Waiting in a statement would keep the one who has it from building an index beside writers: that waits for every statement that began before. */
const LOCK_LOOK_MS = 100;

/**
 * Whoever wants a table after a migration that waits for it waits as well. So it gives way after a moment, which is less than a request waits for a lock
 * (store/postgres/pool.ts), and tries again.
 */
const TABLE_LOCK_MS = 500;
const TABLE_LOCK_PAUSE_MS = 1_000;
const TABLE_LOCK_TRIES = 60;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Brings the product's tables up to the migrations in `directory`, each in a transaction of its own but for those that build indexes beside writers, and
 * returns the names of those applied now. Processes of the version before may be at work: nobody waits for a migration that waits for a table.
 * Any number of processes may call it at once: one works, the others wait and then find nothing to do. A migration that fails leaves no trace and
 * is tried again by the next call. The ledger `_prisma_migrations` is the one of `prisma migrate`.
 *
 * Throws `CannotStart`, before anything is changed, when the database and the directory do not belong together: an applied migration was edited,
 * or is unknown here (the database is newer than this build), or was begun and never finished (by another tool, or because it holds a `commit`).
 */
export async function migrate(options: MigrateOptions & { readonly directory: string }): Promise<readonly string[]> {
  const migrations = readMigrations(options.directory);
  return underLock(options, async (client) => {
    // Who may only use the tables finds nothing to do, and must not be asked for the right to make some.
    if (!(await isThere(client, LEDGER_NAME))) await client.query(LEDGER);
    const pending = findPending(migrations, (await client.query<LedgerRow>(APPLIED)).rows);
    for (const migration of pending) {
      await apply(client, migration);
      options.logger.info({ migration: migration.name }, "migration applied");
    }
    return pending.map((migration) => migration.name);
  });
}

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/** Which migrations of `directory` the database has, in their order. Changes nothing. Throws `CannotStart` when the two do not belong together. */
export async function migrationStates(options: MigrateOptions & { readonly directory: string }): Promise<readonly MigrationState[]> {
  const migrations = readMigrations(options.directory);
  return underLock(options, async (client) => {
    const applied = (await isThere(client, LEDGER_NAME)) ? (await client.query<LedgerRow>(APPLIED)).rows : [];
    const pending = new Set(findPending(migrations, applied));
    return migrations.map((migration) => ({ name: migration.name, applied: !pending.has(migration) }));
  });
}

/** Whether any migration of this product was ever applied to the database. */
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

/** Brings the queue's own schema (`graphile_worker`) up to the installed version of the library, and answers whether it was another. Same locking as `migrate`. */
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

/** A host that swallows packets is told instead of waited for. */
const CONNECT_MS = 10_000;

interface LedgerRow {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

// The table as `prisma migrate` makes it, so that its `status` and `deploy` agree with us.
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
      return [`migration ${name} was begun and did not finish; repair the database and settle it with "prisma migrate resolve"`];
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
    if (ended.rowCount !== 1) throw new Error("it ends the transaction it runs in, so it may be half done");
    await client.query("commit");
  } catch (error) {
    // On a lost connection this fails as well, and the server has rolled back by itself.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Outside a transaction; what was begun and not finished is begun again by the next call, so each step can be repeated (migration-files.ts). */
async function applySteps(client: Client, { name, checksum }: Migration, steps: readonly string[]): Promise<void> {
  for (const step of steps) await client.query(step);
  await client.query(
    `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values (gen_random_uuid()::text, $1, $2, clock_timestamp(), clock_timestamp(), 1)`,
    [checksum, name],
  );
}

/** Runs `work` on a connection of its own. The lock belongs to the session, so a killed process frees it. */
async function underLock<T>(options: MigrateOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: options.connectionString, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", (error) => options.logger.warn({ error: error.message }, "the connection of the migration was lost"));
  await client.connect();
  try {
    // Limits meant for requests (set on the role or in the URL) must not end a wait for a peer, nor a long migration.
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
