import { silentLogger } from "../../../src/core/logger.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createTestDatabase, SEEDS_VARIABLE, type TestDatabase } from "./test-database.ts";

/*
 * A database and its connections that several tests use, one after the other. For a short test, PostgreSQL
 * spends most of its time planning statements on new connections: an environment with a worker, a person and
 * two groups took 250 ms, and only 40 ms of these for the database.
 */

export interface DatabaseInUse {
  readonly url: string;
  /** A pool of connections for one part. It must not be used after `giveBack`. */
  pool(): Pool;
  /** Call it when neither the database nor its connections are used any more. */
  giveBack(): Promise<void>;
}

/** Maximum number of connections in a pool. */
const MOST_CONNECTIONS = 5;

let keeps = false;
let kept: Kept | undefined;

interface Kept {
  readonly database: TestDatabase;
  readonly pools: readonly Pool[];
}

/**
 * Call it at the top of a test file. Its tests then share one database, which is emptied between them. Not
 * for tests that change tables or settings.
 */
export function keepDatabase(): void {
  keeps = true;
  afterAll(async () => {
    // A database that a later hook gives back is dropped immediately.
    keeps = false;
    if (kept) await end(kept);
    kept = undefined;
  });
}

export async function takeDatabase(): Promise<DatabaseInUse> {
  const { database, pools } = kept ?? { database: await createTestDatabase(), pools: [] };
  kept = undefined;
  const free = [...pools];
  const taken: Pool[] = [];
  return {
    url: database.url,

    pool() {
      const pool =
        free.pop() ?? createPool({ url: database.url, max: MOST_CONNECTIONS, logger: silentLogger });
      taken.push(pool);
      return pool;
    },

    async giveBack() {
      const mine = { database, pools: [...free, ...taken].filter((pool) => !pool.ending) };
      const [pool] = mine.pools;
      if (!keeps || kept || !pool) return end(mine);
      await empty(pool);
      kept = mine;
    },
  };
}

async function end({ database, pools }: Kept): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
}

/** Restores the rows of the template. Triggers and foreign keys are disabled during this. */
async function empty(pool: Pool): Promise<void> {
  const seeds = JSON.parse(process.env[SEEDS_VARIABLE] ?? "{}") as Readonly<
    Record<string, readonly object[]>
  >;
  const client = await pool.connect();
  try {
    await client.query("begin; set local session_replication_role = replica");
    await client.query(
      Object.keys(seeds)
        .map((table) => `delete from ${table}`)
        .join("; "),
    );
    for (const [table, rows] of Object.entries(seeds))
      if (rows.length > 0)
        await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
          JSON.stringify(rows),
        ]);
    await client.query("commit");
  } finally {
    client.release();
  }
}
