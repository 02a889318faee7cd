import type { ListQuery, Page } from "../../../directory/list-query.ts";
import type { Pool } from "../../postgres/pool.ts";
import { copyString } from "../../postgres/row-encoding.ts";
import { createPageCache } from "./page-cache.ts";
import { readPosition, writePosition } from "./page-cursor.ts";
import {
  createPageStatements,
  type Found,
  type ListTable,
  type PreparedList,
  type Slice,
} from "./page-statement.ts";
import type { PageCursor } from "./sort.ts";

/**
 * Makes a function that answers pages of one table. The function rejects with InvalidFilter, InvalidCursor or
 * Unavailable.
 *
 *   total     Without a filter: the sum of a few counters. With a filter: derived from the last page, or cached (page-cache.ts), or counted.
 *   position  A cursor (RFC 9865) continues after its item, by an index.
 *   index     A start index continues after the nearest earlier page in the cache, if that page is still valid. Otherwise the statement skips the rows
 *             before, with an index if one has this order.
 *
 * Measured with 100,000 people on two busy cores, median of a page of 100: 2.2 ms at the start, 2.3 ms
 * anywhere in a walk (also while others write), 13 ms at the end in a process with an empty cache. A total
 * from the counters takes 0.1 ms; count(*) takes 7 ms. The triggers of the counters add 0.04 ms to a create.
 * Two cases scan: the total of a filtered list while others write (active eq true: 13 ms more), and a filter
 * or an order without an index (familyName co "…": 420 ms). A source may run one such statement at a time, on
 * separate connections (store/postgres/scans.ts).
 */
export function createList<Item extends { readonly id: string }>(
  pool: Pool,
  table: ListTable<Item>,
): (sourceId: string, query: ListQuery) => Promise<Page<Item>> {
  const statements = createPageStatements(pool, table);
  const memory = createPageCache();

  async function totalOf(list: PreparedList, { snapshots }: Pick<Found<Item>, "snapshots">): Promise<number> {
    const [first] = snapshots;
    if (first?.total !== undefined) return first.total;
    const remembered = first && memory.totalOf(list.digest, first.snapshot);
    if (remembered !== undefined) return remembered;
    const { total, seen } = await statements.count(list);
    if (list.filtered) memory.rememberTotal(list.digest, seen, total);
    return total;
  }

  async function byIndex(list: PreparedList, startIndex: number, count: number): Promise<Page<Item>> {
    const offset = Math.max(startIndex, 1) - 1;
    const page = await pageAt(list, offset, count);
    const { items, snapshots } = page;
    const last = positionAt(page, items.length - 1);
    const seen = snapshots.at(-1);
    if (last && seen && items.length === count)
      memory.rememberPosition(list.digest, seen, offset + count, last);
    const isLastPage = items.length < count && (items.length > 0 || offset === 0);
    const total = isLastPage || (last && list.atMostOne) ? offset + items.length : await totalOf(list, page);
    return { items, total };
  }

  /**
   * The rows after the first `offset` rows. It continues from the nearest cached row, or skips all rows
   * before.
   */
  async function pageAt(list: PreparedList, offset: number, count: number): Promise<Found<Item>> {
    const probe = list.filtered || list.sorted ? undefined : memory.probeOf(list.digest);
    if (offset === 0) return statements.read(list, { kind: "first" }, count, probe);
    const known = memory.nearest(list.digest, offset);
    if (known && (known.index === offset || !list.sorted)) {
      const { position } = known;
      const slice: Slice =
        known.index === offset
          ? { kind: "behind", position }
          : { kind: "skip", offset: offset - known.index, behind: position };
      const page = await statements.read(list, slice, count, probe);
      if (page.snapshots.length > 0 && page.snapshots.every(known.holds)) return page;
    }
    return statements.read(list, { kind: "skip", offset }, count, probe);
  }

  async function byPosition(
    list: PreparedList,
    position: string | undefined,
    count: number,
  ): Promise<Page<Item>> {
    const start: Slice =
      position === undefined
        ? { kind: "first" }
        : { kind: "behind", position: readPosition(position, list.digest, list.order.kind) };
    const page = await statements.read(list, start, count + 1);
    const items = page.items.slice(0, count);
    const last = positionAt(page, items.length - 1);
    const more = page.items.length > count && last;
    const total = start.kind === "first" && !more ? items.length : await totalOf(list, page);
    return { items, total, ...(more ? { next: writePosition(last, list.digest) } : {}) };
  }

  return async (sourceId, query) => {
    const list = statements.prepare(sourceId, query);
    const { start, count } = query;
    if (count === 0) return { items: [], total: await totalOf(list, { snapshots: [] }) };
    return start.kind === "index"
      ? byIndex(list, start.startIndex, count)
      : byPosition(list, start.position, count);
  };
}

function positionAt({ items, keys }: Found<{ readonly id: string }>, at: number): PageCursor | undefined {
  const item = items[at];
  return item && { id: copyString(item.id), key: keys[at] ?? undefined };
}
