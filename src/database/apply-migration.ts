import { type Client, DatabaseError } from "pg";
import { systemClock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import type { Migration } from "./migration-files.ts";

/**
 * While a migration waits for a table, all later statements on this table wait too. So a migration gives up
 * after this time, and tries again later. The time is shorter than the lock limit of requests
 * (store/postgres/pool.ts).
 */
const TABLE_LOCK_MS = 500;
const TABLE_LOCK_PAUSE_MS = 1_000;
const TABLE_LOCK_TRIES = 60;
const LOCK_NOT_AVAILABLE = "55P03";

export async function apply(client: Client, migration: Migration): Promise<void> {
  const { name } = migration;
  for (let tries = 1; ; tries++) {
    try {
      return await (migration.steps
        ? applySteps(client, migration, migration.steps)
        : applyWhole(client, migration));
    } catch (cause) {
      if (!isLockTimeout(cause))
        throw new CannotStart(
          [`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`],
          { cause },
        );
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

const isLockTimeout = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;

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

/**
 * Runs the steps outside a transaction. If it is interrupted, the next call begins again with the first step.
 * So each step can be repeated (migration-files.ts).
 */
async function applySteps(
  client: Client,
  { name, checksum }: Migration,
  steps: readonly string[],
): Promise<void> {
  for (const step of steps) await client.query(step);
  await client.query(
    `insert into public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values (gen_random_uuid()::text, $1, $2, clock_timestamp(), clock_timestamp(), 1)`,
    [checksum, name],
  );
}
