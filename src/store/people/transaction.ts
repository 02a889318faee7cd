import type pg from "pg";
import { inTransaction } from "../postgres/statement.ts";

/**
 * A statement is planned once for a connection, perhaps while the tables are empty, and would go on reading them from end to end while they grow: those
 * about single people are planned along keys.
 */
const ALONG_KEYS = "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off";

export const inPersonTransaction = <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, work, ALONG_KEYS);
