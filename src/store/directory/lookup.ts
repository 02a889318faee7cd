import type pg from "pg";
import { isItemFailure } from "../postgres/app-errors.ts";
import { batched, REQUEST_MS } from "../postgres/batch.ts";
import type { Pool } from "../postgres/pool.ts";
import { type Companion, copyString, type Packed, packed, rowsOf } from "../postgres/row-encoding.ts";
import { run, type Statement } from "../postgres/statement.ts";
import type { ListTable } from "./list/page-statement.ts";

/** An indexed column by whose value rows of a source are found. */
export interface Column {
  readonly name: string;
  /** The column with its alias, such as `u.user_name_key`. */
  readonly column: string;
  readonly type: "uuid" | "text";
}

/** The items with this value: none, one, or any two of several. Rejects with Unavailable. */
export type Lookup<Item> = (sourceId: string, value: string) => Promise<readonly Item[]>;

interface FoundRows extends Packed, pg.QueryResultRow {
  /** For each row the index of its look-up, joined by commas. */
  readonly places: string | null;
  readonly companion?: string | null;
}

interface Asked {
  readonly sourceId: string;
  readonly value: string;
}

/**
 * The look-ups that clients make before every write. Usually one row has the value. Concurrent look-ups share
 * a statement, which saves most of the cost of a statement on both sides of the connection.
 */
export function createLookup<Item>(
  pool: Pool,
  { table, alias, select, packing, items }: ListTable<Item>,
  { name, column, type }: Column,
  companion?: Companion,
): Lookup<Item> {
  const statement: Statement = {
    name: `lookup-${name}`,
    // A lateral look-up instead of a join: the plan of a join that was made while the table was empty would
    // read the whole table later.
    text: packed(
      `select k.at - 1 as at, f.*
        from unnest($1::uuid[], $2::${type}[]) with ordinality as k(source_id, value, at)
        cross join lateral (select ${select} from ${table} where ${alias}.source_id = k.source_id and ${column} = k.value limit 2) f`,
      packing,
      {
        more: { places: "string_agg(r.at::text, ',')" },
        beside: companion ? { companion: companion.sql } : {},
      },
    ),
  };
  const answer = async (asked: readonly Asked[]): Promise<readonly (readonly Item[])[]> => {
    const [answered] = await run<FoundRows>(pool.byKey, statement, [
      asked.map(({ sourceId }) => sourceId),
      asked.map(({ value }) => value),
    ]);
    const found: Item[][] = asked.map(() => []);
    const { places, shared } = answered!;
    if (places === null) return found;
    if (companion && answered!.companion) companion.read(answered!.companion);
    const itemOf = items(shared);
    const rows = rowsOf(answered!);
    for (const [n, at] of places.split(",").entries()) found[Number(at)]!.push(itemOf(copyString(rows[n]!)));
    return found;
  };
  const lookup = batched(answer, { isolates: isItemFailure, answerWithinMs: REQUEST_MS });
  return (sourceId, value) => lookup({ sourceId, value });
}
