import type pg from "pg";
import { type Queryable, run, type Statement } from "./statement.ts";

/** Comes before every id: where a walk through a table by its ids begins. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** The first id of a walk by kind and id. */
export const FIRST_REF = { kind: "", id: FIRST_ID } as const;

/** A walk in the order of ids. `values`: of the statement, which answers the next `size` rows after the id. Slices are never empty. */
export async function* inSlices<Row extends pg.QueryResultRow & { readonly id: string }>(
  db: Queryable,
  statement: Statement,
  size: number,
  values: (after: string) => readonly unknown[],
): AsyncIterable<readonly Row[]> {
  for (let after = FIRST_ID; ; ) {
    // One after the other: each begins where the one before ended.
    const rows = await run<Row>(db, statement, [...values(after)]);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = rows.at(-1)!.id;
  }
}
