import type pg from "pg";
import { batched } from "./batch.ts";
import { pageWith } from "./once.ts";
import type { ListTable } from "./page-statement.ts";
import { isOneItemsFault, run, type Statement } from "./postgres.ts";

/** Of what a row is found by: the value of a unique column within a source. */
export interface Unique {
  readonly name: string;
  /** With its alias: `u.user_name_key`. */
  readonly column: string;
  readonly type: "uuid" | "text";
}

/** Undefined when there is none. Rejects with Unavailable. */
export type Lookup<Item> = (sourceId: string, value: string) => Promise<Item | undefined>;

interface Asked {
  readonly sourceId: string;
  readonly value: string;
}

/**
 * The look-ups clients make before every write: one row by a unique value. Those made side by side share a statement, which spares most of what a
 * statement costs on both sides of the connection.
 */
export function createLookup<Row extends pg.QueryResultRow, Item>(
  pool: pg.Pool,
  { table, alias, select, shared, items }: ListTable<Row, Item>,
  { name, column, type }: Unique,
): Lookup<Item> {
  const statement: Statement = {
    name: `lookup-${name}`,
    // A plan outlives the sizes it was made for: as a join it would read a table from end to end that was empty at first.
    text: `with page as (
      select (k.at - 1)::int as at, f.*
        from unnest($1::uuid[], $2::${type}[]) with ordinality as k(source_id, value, at)
        cross join lateral (select ${select} from ${table} where ${alias}.source_id = k.source_id and ${column} = k.value limit 1) f)
      ${pageWith({ shared })}`,
  };
  const answer = async (asked: readonly Asked[]): Promise<readonly (Item | undefined)[]> => {
    const rows = await run<Row & { at: number; shared: string | null }>(pool, statement, [
      asked.map(({ sourceId }) => sourceId),
      asked.map(({ value }) => value),
    ]);
    const found: (Item | undefined)[] = new Array(asked.length);
    const itemOf = items(rows[0]?.shared);
    for (const row of rows) found[row.at] = itemOf(row);
    return found;
  };
  const lookup = batched(answer, { isolates: isOneItemsFault });
  return (sourceId, value) => lookup({ sourceId, value });
}
