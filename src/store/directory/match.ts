import type { ListQuery, Page } from "../../directory/list-query.ts";
import type { QueryKey } from "../../filter/ast.ts";
import { type KnownValue, knownValue } from "../filter/known-values.ts";
import type { Lookup } from "./lookup.ts";

type List<Item> = (sourceId: string, query: ListQuery) => Promise<Page<Item>>;

/** Look-ups for the attributes by which clients match. Values of `userName` and `displayName` are folded. */
export type Lookups<Item> = Partial<Readonly<Record<QueryKey, Lookup<Item>>>>;

/**
 * Answers a query for one value of such an attribute by a look-up, and every other query by `list`. Clients
 * send such a query before every write. Both ways give the same result, because the index of a look-up has
 * the values that the filter compares. If several items have the value (this is possible for externalId),
 * `list` answers, because it counts, orders and pages.
 */
export const withMatches =
  <Item>(lookups: Lookups<Item>, list: List<Item>): List<Item> =>
  async (sourceId, query) => {
    const asked = matchOf(query);
    const lookup = asked && lookups[asked.key];
    if (!lookup) return list(sourceId, query);
    const items = await lookup(sourceId, asked.value);
    return items.length > 1 ? list(sourceId, query) : { items, total: items.length };
  };

function matchOf({ filter, sort, start, count }: ListQuery): KnownValue | undefined {
  if (filter?.op !== "compare" || sort || count === 0 || start.kind !== "index" || start.startIndex > 1)
    return undefined;
  return knownValue(filter);
}
