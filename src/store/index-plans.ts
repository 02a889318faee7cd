import type pg from "pg";
import { inTransaction } from "./postgres.ts";

/**
 * Runs `work` in one transaction whose statements are planned along indexes. For statements that fetch rows by key: a prepared one is planned once for a
 * connection, perhaps while the tables are empty, and would then go on reading them from end to end while they grow (measured in a first load of 3,000
 * people: 32 a second with such plans).
 */
export const alongIndexes = <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query(
      "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off",
    );
    return work(client);
  });
