import type pg from "pg";
import { unreachable } from "../core/errors.ts";
import type { ListQuery } from "../directory/list-query.ts";
import type { Relation } from "./attribute-values.ts";
import { pageWith } from "./once.ts";
import { BEYOND_LIMIT, HORIZON, NO_HORIZON, type Sight } from "./page-memory.ts";
import { createParameters, type Parameters } from "./parameters.ts";
import { digestOf } from "./position.ts";
import { run } from "./postgres.ts";
import { type Order, orderOf, type Position } from "./sort.ts";
import { nameStatements } from "./statement-name.ts";
import { isHotMatch, selectiveBy, selectsAtMostOne, where } from "./where.ts";

/** The table of one kind of resource, and how a row of it becomes an item. */
export interface ListTable<Row, Item> extends Relation {
  /** `users u`: the table with the alias that `select` uses. */
  readonly table: string;
  /** Starts with the id. */
  readonly select: string;
  /** What the rows of a statement need besides, worked out once for all of them: an SQL expression over `page` (once.ts). */
  readonly shared: string;
  /** Makes items of the rows of one statement. */
  readonly items: (shared: string | null | undefined) => (row: Row) => Item;
}

/** A list with its filter and order in SQL, for one source. */
export interface PreparedList {
  readonly condition: string;
  readonly conditionValues: readonly unknown[];
  readonly order: Order;
  /** Of condition and order. */
  readonly values: readonly unknown[];
  /** Stands for all that makes the list what it is. */
  readonly digest: string;
  readonly filtered: boolean;
  readonly sorted: boolean;
  /** Only few rows can match, and an index finds them. */
  readonly selective: boolean;
  readonly atMostOne: boolean;
  readonly hot: boolean;
}

export type Slice =
  | { readonly kind: "first" }
  /** `behind`: counted from there; only where the order has no second part. */
  | { readonly kind: "skip"; readonly offset: number; readonly behind?: Position }
  | { readonly kind: "behind"; readonly position: Position };

export interface PageRow extends pg.QueryResultRow {
  readonly id: string;
  readonly position_key: string | null;
  /** Of the first row of a statement: a `Sight` as JSON, and what the items need in common. */
  readonly sight: string | null;
  readonly shared: string | null;
}

export interface Rows<Item> {
  readonly rows: readonly PageRow[];
  /** One of each row. */
  readonly items: readonly Item[];
  /** What each statement saw that found any. */
  readonly sights: readonly Sight[];
}

export interface PageStatements<Item> {
  /** Rejects with InvalidFilter. */
  prepare(sourceId: string, query: Pick<ListQuery, "filter" | "sort">): PreparedList;
  /** `horizon`: where to look for moves (page-memory.ts). */
  read(list: PreparedList, slice: Slice, limit: number, horizon?: string): Promise<Rows<Item>>;
  count(list: PreparedList): Promise<{ readonly total: number; readonly sight: Sight }>;
}

export function createPageStatements<Row extends { readonly id: string }, Item>(
  pool: pg.Pool,
  { table, select, alias, resource, shared, items }: ListTable<Row, Item>,
): PageStatements<Item> {
  const statement = nameStatements(`list-${resource.toLowerCase()}`);
  const counter = (column: "count" | "removed") =>
    `(select coalesce(sum(c.${column}), 0) from resource_counts c where c.source_id = $1 and c.kind = '${resource}')::bigint`;
  const bare = table.split(" ")[0];

  function sightOf({ filtered, sorted }: PreparedList, horizon: string, parameters: Parameters): string {
    const parts = ["'snapshot', pg_current_snapshot()::text"];
    if (!filtered) parts.push(`'total', ${counter("count")}`);
    if (!filtered && !sorted) {
      const asked = parameters.add(horizon, "uuid");
      const beyond = `(select count(*) from (select 1 from ${bare} n where n.source_id = $1 and n.id > ${asked} limit ${BEYOND_LIMIT + 1}) n)`;
      const next = `(select n.id from ${bare} n where n.source_id = $1 order by n.id desc offset ${HORIZON} limit 1)`;
      parts.push(
        `'moves', json_build_object('removed', ${counter("removed")}, 'asked', ${asked}, 'beyond', ${beyond}, 'horizon', ${next})`,
      );
    }
    return `(select json_build_object(${parts.join(", ")})::text)`;
  }

  /**
   * The rows of the list. Where few can match, `offset 0` keeps the planner from walking the order until it has met enough of them, which a plan made
   * for any value takes to be cheap.
   */
  function matching({ condition, selective }: PreparedList, behind?: string): string {
    const rows = `${table} where ${condition}${behind === undefined ? "" : ` and ${behind}`}`;
    return selective ? `(select * from ${rows} offset 0) ${alias}` : rows;
  }

  /** One statement of a page: `from` and `end` add their parameters to those of the list. */
  async function answer(
    list: PreparedList,
    horizon: string,
    parts: (parameters: Parameters) => readonly [from: string, end: string],
  ): Promise<Rows<Item>> {
    const parameters = createParameters(list.values);
    const sight = sightOf(list, horizon, parameters);
    const [from, end] = parts(parameters);
    const { keyAsText, orderBy } = list.order;
    const page = `select ${select}, ${keyAsText} as position_key from ${from} order by ${orderBy} ${end}`;
    const text = `with page as (${page}) ${pageWith({ sight, shared })}`;
    const rows = await run<Row & PageRow>(pool, statement(text, list.hot), parameters.values);
    const [first] = rows;
    return { rows, items: rows.map(items(first?.shared)), sights: first?.sight ? [JSON.parse(first.sight) as Sight] : [] };
  }

  return {
    prepare(sourceId, { filter, sort }) {
      const parameters = createParameters();
      const selective = filter && selectiveBy(filter);
      // "Is not distinct from" no index serves: else a plan made for any source would read the whole source's part of an index to narrow down a handful.
      const is = selective === "value" ? "is not distinct from" : "=";
      const ofSource = `${alias}.source_id ${is} ${parameters.add(sourceId, "uuid")}`;
      const condition = filter ? `${ofSource} and ${where(filter, { resource, alias }, parameters)}` : ofSource;
      const conditionValues = [...parameters.values];
      const order = orderOf(sort, { resource, alias }, parameters);
      let digest: string | undefined;
      return {
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
    },

    async read(list, slice, limit, horizon = NO_HORIZON) {
      switch (slice.kind) {
        case "first":
          return answer(list, horizon, (own) => [matching(list), `limit ${own.add(limit, "bigint")}`]);
        case "skip":
          // Only ids are passed over: where the index has all that is asked, no row is read.
          return answer(list, horizon, (own) => {
            const behind = slice.behind && list.order.behind(slice.behind)[0]?.(own);
            const end = `limit ${own.add(limit, "bigint")} offset ${own.add(slice.offset, "bigint")}`;
            const ids = `(select ${alias}.id from ${matching(list, behind)} order by ${list.order.orderBy} ${end}) page`;
            return [`${ids} join ${table} on ${alias}.id = page.id`, ""];
          });
        case "behind": {
          let page: Rows<Item> = { rows: [], items: [], sights: [] };
          for (const behind of list.order.behind(slice.position)) {
            const part = await answer(list, horizon, (own) => [
              matching(list, behind(own)),
              `limit ${own.add(limit - page.rows.length, "bigint")}`,
            ]);
            page = {
              rows: [...page.rows, ...part.rows],
              items: [...page.items, ...part.items],
              sights: [...page.sights, ...part.sights],
            };
            if (page.rows.length === limit) break;
          }
          return page;
        }
        default:
          return unreachable(slice);
      }
    },

    async count(list) {
      const count = list.filtered ? `(select count(*) from ${table} where ${list.condition})` : counter("count");
      const text = `select ${count} as total, pg_current_snapshot()::text as snapshot`;
      const [row] = await run<{ total: number; snapshot: string }>(pool, statement(text, list.hot), list.conditionValues);
      const { total, snapshot } = row!;
      return { total, sight: { snapshot } };
    },
  };
}
