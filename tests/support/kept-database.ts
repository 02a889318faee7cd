import { silentLogger } from "../../src/core/logger.ts";
import { createPool, type Pool } from "../../src/store/postgres/pool.ts";
import { createTestDatabase, SEEDS_VARIABLE, type TestDatabase } from "./postgres.ts";

/*
 * A database and its connections, for one test after the other. Most of what PostgreSQL does for a short test is to plan each statement for each new
 * connection: an environment with a worker, a person and two groups cost it 250 ms, of which 40 ms were the database.
 */

export interface DatabaseInUse {
  readonly url: string;
  /** Connections of one part; given back when the database is. */
  pool(): Pool;
  /** Nobody uses it, nor its connections, any more. */
  giveBack(): Promise<void>;
}

/** Connections of each kind that one part has at most. */
const MOST_CONNECTIONS = 5;

let keeps = false;
let kept: Kept | undefined;

interface Kept {
  readonly database: TestDatabase;
  readonly pools: readonly Pool[];
}

/** To be called at the top of a test file: its tests have one database after the other, emptied between them. Not for tests that change tables or settings. */
export function keepDatabase(): void {
  keeps = true;
  afterAll(async () => {
    // One that a hook after this one gives back is ended at once.
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
      const pool = free.pop() ?? createPool({ url: database.url, max: MOST_CONNECTIONS, logger: silentLogger });
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

/** As it was when it was made. Triggers and references do not count meanwhile. */
async function empty(pool: Pool): Promise<void> {
  const seeds = JSON.parse(process.env[SEEDS_VARIABLE] ?? "{}") as Readonly<Record<string, readonly object[]>>;
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
        await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [JSON.stringify(rows)]);
    await client.query("commit");
  } finally {
    client.release();
  }
}
