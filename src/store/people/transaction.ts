import type pg from "pg";
import { inTransaction } from "../postgres/statement.ts";

/**
 * Forces plans by key for statements about single people. A statement is planned once for each connection. A
 * plan from the time when the tables were empty would keep reading whole tables while they grow.
 */
const ALONG_KEYS =
  "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

export const inPersonTransaction = <T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> => inTransaction(pool, work, ALONG_KEYS);
