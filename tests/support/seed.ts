import type pg from "pg";
import { inTransaction } from "../../src/store/postgres/statement.ts";

/**
 * Runs a statement that inserts many rows. It uses a transaction, because a transaction has a longer time
 * limit than a single statement.
 */
export const seed = (pool: pg.Pool, text: string, values?: readonly unknown[]): Promise<pg.QueryResult> =>
  inTransaction(pool, (client) => client.query(text, values as unknown[]));
