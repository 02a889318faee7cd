import type pg from "pg";
import { type Queryable, run, type Statement } from "./statement.ts";

/** An id before all others, to begin a walk through a table. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** A reference before all others, to begin a walk in the order of kind and id. */
export const FIRST_REF = { kind: "", id: FIRST_ID } as const;

/**
 * Walks through a table in the order of ids. The statement returns the next `size` rows after an id.
 * `values`: its parameters. Slices are never empty.
 */
export async function* inSlices<Row extends pg.QueryResultRow & { readonly id: string }>(
  db: Queryable,
  statement: Statement,
  size: number,
  values: (after: string) => readonly unknown[],
): AsyncIterable<readonly Row[]> {
  for (let after = FIRST_ID; ; ) {
    // Slices are read one after another, because each begins where the previous one ended.
    const rows = await run<Row>(db, statement, [...values(after)]);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = rows.at(-1)!.id;
  }
}
