import type pg from "pg";
import { unreachable } from "../core/errors.ts";
import type { ListQuery, Page } from "../directory/list-query.ts";
import type { Relation } from "./attribute-values.ts";
import { createPageMemory } from "./page-memory.ts";
import { createParameters, type Parameters } from "./parameters.ts";
import { digestOf, readPosition, writePosition } from "./position.ts";
import { run } from "./postgres.ts";
import { type Order, orderOf, type Position } from "./sort.ts";
import { createStatementNames } from "./statement-name.ts";
import { isHotMatch, selectsAtMostOne, where } from "./where.ts";

/** The table of one kind of resource, and how a row of it becomes an item. */
export interface ListTable<Row, Item> extends Relation {
  /** `users u`: the table with the alias that `select` uses. */
  readonly table: string;
  readonly select: string;
  readonly row: (row: Row) => Item;
}

interface PageRow extends pg.QueryResultRow {
  id: string;
  position_key: string | null;
  snapshot: string;
  /** Only without a filter. */
  total?: number;
}

/** A list with its filter and order in SQL, for one source. */
interface Prepared {
  readonly condition: string;
  readonly conditionValues: readonly unknown[];
  readonly order: Order;
  /** Of condition and order. */
  readonly values: readonly unknown[];
  /** Stands for all that makes the list what it is. */
  readonly digest: string;
  readonly filtered: boolean;
  readonly atMostOne: boolean;
  readonly hot: boolean;
}

type Slice =
  | { readonly kind: "first" }
  | { readonly kind: "skip"; readonly offset: number }
  | { readonly kind: "behind"; readonly position: Position };

/**
 * Answers pages of one table. Rejects with InvalidFilter, InvalidCursor or Unavailable.
 *
 * No page costs more for being deep, and no total is counted by a scan, as long as the directory is quiet or the list is not filtered:
 *   total     the sum of a few counters when there is no filter; what the page itself shows when it is the last one; else remembered for the state of
 *             the database (page-memory.ts), else counted
 *   position  continues by index behind the last item (RFC 9865)
 *   index     continues behind the page before while the database is in the same state, else passes over the rows before by index alone
 */
export function createList<Row extends { readonly id: string }, Item>(
  pool: pg.Pool,
  table: ListTable<Row, Item>,
): (sourceId: string, query: ListQuery) => Promise<Page<Item>> {
  const { alias, resource } = table;
  const names = createStatementNames(`list-${resource.toLowerCase()}`);
  const memory = createPageMemory();

  const counted =
    `(select coalesce(sum(c.count), 0) from resource_counts c where c.source_id = $1 and c.kind = '${resource}')::bigint` as const;

  function prepare(sourceId: string, { filter, sort }: ListQuery): Prepared {
    const parameters = createParameters();
    const ofSource = `${alias}.source_id = ${parameters.add(sourceId, "uuid")}`;
    const condition = filter ? `${ofSource} and ${where(filter, table, parameters)}` : ofSource;
    const conditionValues = [...parameters.values];
    const order = orderOf(sort, table, parameters);
    return {
      condition,
      conditionValues,
      order,
      values: parameters.values,
      digest: digestOf([condition, order.orderBy, parameters.values]),
      filtered: filter !== undefined,
      atMostOne: filter !== undefined && selectsAtMostOne(filter, resource),
      hot: sort === undefined && (filter === undefined || isHotMatch(filter)),
    };
  }

  const ask = <R extends pg.QueryResultRow>(text: string, hot: boolean, values: readonly unknown[]) =>
    run<R>(pool, names.statement(text, hot), values);

  async function rowsOf(list: Prepared, slice: Slice, limit: number): Promise<(Row & PageRow)[]> {
    const { order, condition, hot } = list;
    const extra = `${order.keyAsText} as position_key, (select pg_current_snapshot()::text) as snapshot${list.filtered ? "" : `, ${counted} as total`}`;
    const answer = (from: string, parameters: Parameters, end: string) =>
      ask<Row & PageRow>(`select ${table.select}, ${extra} from ${from} order by ${order.orderBy} ${end}`, hot, parameters.values);

    const parameters = createParameters(list.values);
    switch (slice.kind) {
      case "first":
        return answer(`${table.table} where ${condition}`, parameters, `limit ${parameters.add(limit, "bigint")}`);
      case "skip": {
        const end = `limit ${parameters.add(limit, "bigint")} offset ${parameters.add(slice.offset, "bigint")}`;
        // Only ids are passed over: where the index has all that is asked, no row is read.
        const ids = `(select ${alias}.id from ${table.table} where ${condition} order by ${order.orderBy} ${end}) page`;
        return answer(`${ids} join ${table.table} on ${alias}.id = page.id`, parameters, "");
      }
      case "behind": {
        const rows: (Row & PageRow)[] = [];
        for (const behind of order.behind(slice.position)) {
          const own = createParameters(list.values);
          const from = `${table.table} where ${condition} and ${behind(own)}`;
          rows.push(...(await answer(from, own, `limit ${own.add(limit - rows.length, "bigint")}`)));
          if (rows.length === limit) break;
        }
        return rows;
      }
      default:
        return unreachable(slice);
    }
  }

  async function totalOf(list: Prepared, page: readonly PageRow[]): Promise<number> {
    const [first] = page;
    if (first && !list.filtered) return first.total ?? 0;
    const remembered = first && memory.totalOf(list.digest, first.snapshot);
    if (remembered !== undefined) return remembered;
    const count = list.filtered ? `(select count(*) from ${table.table} where ${list.condition})` : counted;
    const text = `select ${count} as total, pg_current_snapshot()::text as snapshot`;
    const [row] = await ask<{ total: number; snapshot: string }>(text, list.hot, list.conditionValues);
    const { total, snapshot } = row!;
    if (list.filtered) memory.rememberTotal(list.digest, snapshot, total);
    return total;
  }

  async function byIndex(list: Prepared, startIndex: number, count: number): Promise<Page<Item>> {
    const offset = Math.max(startIndex, 1) - 1;
    const rows = await rowsFrom(list, offset, count);
    const last = rows.at(-1);
    if (last && rows.length === count) memory.rememberPosition(list.digest, last.snapshot, offset + count, positionOf(last));
    const isLastPage = rows.length < count && (rows.length > 0 || offset === 0);
    const total = isLastPage || (last && list.atMostOne) ? offset + rows.length : await totalOf(list, rows);
    return { items: rows.map(table.row), total };
  }

  /** Rows behind the first `offset` ones: from where they are known to end if nothing has changed since, else by passing over them. */
  async function rowsFrom(list: Prepared, offset: number, count: number): Promise<(Row & PageRow)[]> {
    if (offset === 0) return rowsOf(list, { kind: "first" }, count);
    const known = memory.positionOf(list.digest, offset);
    if (known) {
      const rows = await rowsOf(list, { kind: "behind", position: known.position }, count);
      if (rows.length > 0 && rows.every((row) => row.snapshot === known.snapshot)) return rows;
    }
    return rowsOf(list, { kind: "skip", offset }, count);
  }

  async function byPosition(list: Prepared, position: string | undefined, count: number): Promise<Page<Item>> {
    const start: Slice =
      position === undefined ? { kind: "first" } : { kind: "behind", position: readPosition(position, list.digest, list.order.kind) };
    const rows = await rowsOf(list, start, count + 1);
    const items = rows.slice(0, count);
    const last = items.at(-1);
    const more = rows.length > count && last;
    const total = start.kind === "first" && !more ? rows.length : await totalOf(list, rows);
    return { items: items.map(table.row), total, ...(more ? { next: writePosition(positionOf(last), list.digest) } : {}) };
  }

  return async (sourceId, query) => {
    const list = prepare(sourceId, query);
    if (query.count === 0) return { items: [], total: await totalOf(list, []) };
    return query.start.kind === "index"
      ? byIndex(list, query.start.startIndex, query.count)
      : byPosition(list, query.start.position, query.count);
  };
}

const positionOf = (row: PageRow): Position => ({ id: row.id, key: row.position_key ?? undefined });
