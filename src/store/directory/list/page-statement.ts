import type pg from "pg";
import { unreachable } from "../../../core/errors.ts";
import type { ListQuery } from "../../../directory/list-query.ts";
import type { Relation } from "../../filter/attribute-values.ts";
import { isHotMatch, selectiveBy, selectsAtMostOne } from "../../filter/selective.ts";
import { where } from "../../filter/where.ts";
import { createParameters, type Parameters } from "../../postgres/parameters.ts";
import { APART, equalOrBothNull } from "../../postgres/planner.ts";
import type { Pool } from "../../postgres/pool.ts";
import { type Packed, packed, type RowPacking, rowsOf } from "../../postgres/row-encoding.ts";
import { run } from "../../postgres/statement.ts";
import { digestOf } from "./page-cursor.ts";
import { BEYOND_LIMIT, HORIZON, type ListSnapshot, NO_PROBE, type ProbeRequest } from "./snapshot.ts";
import { NO_KEY, type Order, orderOf, type PageCursor } from "./sort.ts";
import { nameStatements } from "./statement-name.ts";

/** The table of one kind of resource, and the conversion of its rows to items. */
export interface ListTable<Item> extends Relation {
  /** The table with the alias that `select` uses, such as `users u`. */
  readonly table: string;
  readonly select: string;
  /** The encoding of the rows of `select`. */
  readonly packing: RowPacking;
  /** Makes items from the packed rows of one statement. */
  readonly items: (shared: string | null) => (row: string) => Item;
}

/** A list with its filter and order in SQL, for one source. */
export interface PreparedList {
  readonly sourceId: string;
  readonly condition: string;
  readonly conditionValues: readonly unknown[];
  readonly order: Order;
  /** Parameters of condition and order. */
  readonly values: readonly unknown[];
  /** Digest of the source, the filter and the order. */
  readonly digest: string;
  readonly filtered: boolean;
  readonly sorted: boolean;
  /** Few rows can match, and an index finds them. */
  readonly selective: boolean;
  readonly atMostOne: boolean;
  readonly hot: boolean;
}

export type Slice =
  | { readonly kind: "first" }
  /** `behind`: the offset is counted from this position. Only for an order by id alone. */
  | { readonly kind: "skip"; readonly offset: number; readonly behind?: PageCursor }
  | { readonly kind: "behind"; readonly position: PageCursor };

interface PackedPage extends Packed, pg.QueryResultRow {
  /** A JSON array of sort values. Null for a list that is not sorted by values. */
  readonly keys: string | null;
  /** A `ListSnapshot` as JSON. */
  readonly seen: string;
}

/** A part of a list. */
export interface Found<Item> {
  readonly items: readonly Item[];
  /** The sort value of each item. Empty for a list that is not sorted by values. */
  readonly keys: readonly (string | null)[];
  /** The snapshots of the statements that found items. */
  readonly snapshots: readonly ListSnapshot[];
}

/** Up to this offset, skipping rows is faster than skipping ids and looking the rows up. */
const FEW = 200;

const NOTHING = { items: [], keys: [], snapshots: [] } as const;

export interface PageStatements<Item> {
  /** Rejects with InvalidFilter. */
  prepare(sourceId: string, query: Pick<ListQuery, "filter" | "sort">): PreparedList;
  /** `probe`: the request for a snapshot. */
  read(list: PreparedList, slice: Slice, limit: number, probe?: ProbeRequest): Promise<Found<Item>>;
  count(list: PreparedList): Promise<{ readonly total: number; readonly seen: ListSnapshot }>;
}

export function createPageStatements<Item>(
  pool: Pool,
  { table, select, alias, resource, packing, items }: ListTable<Item>,
): PageStatements<Item> {
  const statement = nameStatements(`list-${resource.toLowerCase()}`);
  const counters = countersOf(resource);

  /**
   * Statements without an index share a few connections, and a source gets one of them at a time
   * (store/postgres/scans.ts).
   */
  const ask = <Row extends pg.QueryResultRow>(
    { hot, selective, sourceId }: PreparedList,
    text: string,
    values: readonly unknown[],
  ) =>
    hot || selective
      ? run<Row>(pool, statement(text, hot), values)
      : pool.scans.run<Row>(sourceId, statement(text, hot), values);

  /** Runs one statement of a page. `parts` may add parameters to those of the list. */
  async function answer(
    list: PreparedList,
    probe: ProbeRequest,
    parts: (parameters: Parameters) => readonly [from: string, end: string],
  ): Promise<Found<Item>> {
    const parameters = createParameters(list.values);
    const seen = snapshotOf({ table, resource }, list, probe, parameters);
    const [from, end] = parts(parameters);
    const { keyAsText, orderBy } = list.order;
    const page = `select ${select}, ${keyAsText} as sort_key from ${from} order by ${orderBy} ${end}`;
    const keys = keyAsText === NO_KEY ? "null::json" : "json_agg(r.sort_key)";
    const text = packed(page, packing, { more: { keys }, beside: { seen } });
    const [answered] = await ask<PackedPage>(list, text, parameters.values);
    const found = rowsOf(answered!);
    if (found.length === 0) return NOTHING;
    return {
      items: found.map(items(answered!.shared)),
      keys: answered!.keys === null ? [] : (JSON.parse(answered!.keys) as (string | null)[]),
      snapshots: [JSON.parse(answered!.seen) as ListSnapshot],
    };
  }

  return {
    prepare: (sourceId, query) => prepareList({ resource, alias }, sourceId, query),

    async read(list, slice, limit, probe = NO_PROBE) {
      switch (slice.kind) {
        case "first":
          return answer(list, probe, (own) => [
            matching({ table, alias }, list),
            `limit ${own.add(limit, "bigint")}`,
          ]);
        case "skip":
          // A large offset skips only ids. If the index has all columns of the condition, the skipped rows
          // are not read.
          return answer(list, probe, (own) => {
            const behind = slice.behind && list.order.behind(slice.behind)[0]?.(own);
            const end = `limit ${own.add(limit, "bigint")} offset ${own.add(slice.offset, "bigint")}`;
            if (slice.offset <= FEW) return [matching({ table, alias }, list, behind), end];
            const ids = `(select ${alias}.id from ${matching({ table, alias }, list, behind)} order by ${list.order.orderBy} ${end}) page`;
            return [`${ids} join ${table} on ${alias}.id = page.id`, ""];
          });
        case "behind": {
          let page: Found<Item> = NOTHING;
          for (const behind of list.order.behind(slice.position)) {
            const part = await answer(list, probe, (own) => [
              matching({ table, alias }, list, behind(own)),
              `limit ${own.add(limit - page.items.length, "bigint")}`,
            ]);
            page = {
              items: [...page.items, ...part.items],
              keys: [...page.keys, ...part.keys],
              snapshots: [...page.snapshots, ...part.snapshots],
            };
            if (page.items.length === limit) break;
          }
          return page;
        }
        default:
          return unreachable(slice);
      }
    },

    async count(list) {
      const count = list.filtered
        ? `(select count(*) from ${table} where ${list.condition})`
        : `(select ${counted("count")} ${counters})`;
      const text = `select ${count} as total, pg_current_snapshot()::text as snapshot`;
      const [row] = await ask<{ total: number; snapshot: string }>(list, text, list.conditionValues);
      const { total, snapshot } = row!;
      return { total, seen: { snapshot } };
    },
  };
}

function prepareList(
  { resource, alias }: Pick<ListTable<unknown>, "resource" | "alias">,
  sourceId: string,
  { filter, sort }: Pick<ListQuery, "filter" | "sort">,
): PreparedList {
  const parameters = createParameters();
  const selective = filter && selectiveBy(filter);
  // A form that no index serves. Otherwise a generic plan would read all index entries of the source to
  // select a few rows.
  const is = selective === "value" ? equalOrBothNull : "=";
  const ofSource = `${alias}.source_id ${is} ${parameters.add(sourceId, "uuid")}`;
  const condition = filter ? `${ofSource} and ${where(filter, { resource, alias }, parameters)}` : ofSource;
  const conditionValues = [...parameters.values];
  const order = orderOf(sort, { resource, alias }, parameters);
  let digest: string | undefined;
  return {
    sourceId,
    condition,
    conditionValues,
    order,
    values: parameters.values,
    get digest() {
      digest ??= digestOf([condition, order.orderBy, parameters.values]);
      return digest;
    },
    filtered: filter !== undefined,
    sorted: sort !== undefined,
    selective: selective !== undefined,
    atMostOne: filter !== undefined && selectsAtMostOne(filter, resource),
    hot: sort === undefined && (filter === undefined || isHotMatch(filter)),
  };
}

const countersOf = (resource: string): string =>
  `from resource_counts c where c.source_id = $1 and c.kind = '${resource}'`;
const counted = (column: "count" | "removed"): string => `coalesce(sum(c.${column}), 0)::bigint`;

/** SQL for the `ListSnapshot` of a statement, as JSON. */
function snapshotOf(
  { table, resource }: Pick<ListTable<unknown>, "table" | "resource">,
  { filtered, sorted }: PreparedList,
  { horizon, renew }: ProbeRequest,
  parameters: Parameters,
): string {
  const bare = table.split(" ")[0];
  const parts = ["'snapshot', pg_current_snapshot()::text"];
  if (!filtered) parts.push(`'total', ${counted("count")}`);
  if (!filtered && !sorted) {
    const asked = parameters.add(horizon, "uuid");
    const beyond = `(select count(*) from (select 1 from ${bare} n where n.source_id = $1 and n.id > ${asked} limit ${BEYOND_LIMIT + 1}) n)`;
    const next = `case when ${parameters.add(renew, "boolean")} then (select n.id from ${bare} n where n.source_id = $1 order by n.id desc offset ${HORIZON} limit 1) end`;
    parts.push(
      `'moves', json_build_object('removed', ${counted("removed")}, 'asked', ${asked}, 'beyond', ${beyond}, 'horizon', ${next})`,
    );
  }
  return `(select json_build_object(${parts.join(", ")})::text${filtered ? "" : ` ${countersOf(resource)}`})`;
}

/**
 * SQL for the rows of the list. If few rows can match, `APART` prevents a plan that walks all rows in the
 * order of the list until enough rows match. A generic plan would expect that walk to be cheap.
 */
function matching(
  { table, alias }: Pick<ListTable<unknown>, "table" | "alias">,
  { condition, selective }: PreparedList,
  behind?: string,
): string {
  const rows = `${table} where ${condition}${behind === undefined ? "" : ` and ${behind}`}`;
  return selective ? `(select * from ${rows} ${APART}) ${alias}` : rows;
}
