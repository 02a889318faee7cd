import type { ListQuery, Page } from "../../directory/list-query.ts";
import type { QueryKey } from "../../filter/ast.ts";
import { type KnownValue, knownValue } from "../filter/known-values.ts";
import type { Lookup } from "./lookup.ts";

type List<Item> = (sourceId: string, query: ListQuery) => Promise<Page<Item>>;

/** Look-ups by the attributes clients match by. `userName` and `displayName` are asked in folded form. */
export type Lookups<Item> = Partial<Readonly<Record<QueryKey, Lookup<Item>>>>;

/**
 * Answers a list that asks for the resources with a certain value, as clients do before every write, by a look-up; every other one as `list` does.
 * Both mean the same: the indexes of the look-ups are over the very values that the filter compares. Where a look-up finds more than one, as several may
 * have one externalId, `list` counts, orders and pages them.
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
  if (filter?.op !== "compare" || sort || count === 0 || start.kind !== "index" || start.startIndex > 1) return undefined;
  return knownValue(filter);
}
