import type pg from "pg";
import { inTransaction } from "./postgres.ts";

const PLANS =
  "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_sort = off; set local jit = off";

/**
 * Runs `work` in one transaction whose statements are planned along indexes, and in their order. For statements that fetch rows by key: a prepared one is
 * planned once for a connection, perhaps while the tables are empty, and would then go on reading them from end to end while they grow (measured in a
 * first load of 3,000 people: 32 a second with such plans). Without sorts what is asked for in the order of an index is read in it, and only as far as needed.
 */
export const alongIndexes = <T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { synchronousCommit }: { readonly synchronousCommit?: "off" } = {},
): Promise<T> => inTransaction(pool, work, synchronousCommit === "off" ? `${PLANS}; set local synchronous_commit = off` : PLANS);
