import type pg from "pg";
import { inTransaction } from "../../src/store/postgres/statement.ts";

/** Fills tables with many rows at once: a transaction has more time than a statement of its own. */
export const seed = (pool: pg.Pool, text: string, values?: readonly unknown[]): Promise<pg.QueryResult> =>
  inTransaction(pool, (client) => client.query(text, values as unknown[]));
