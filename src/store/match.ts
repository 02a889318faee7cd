import type { ListQuery, Page } from "../directory/list-query.ts";
import type { QueryKey } from "../directory/query.ts";
import type { Lookup } from "./lookup.ts";
import { type UniqueValue, uniqueValue } from "./unique-values.ts";

type List<Item> = (sourceId: string, query: ListQuery) => Promise<Page<Item>>;

/** Look-ups by the attributes that are unique in a source. `userName` and `displayName` are asked in folded form. */
export type Lookups<Item> = Partial<Readonly<Record<QueryKey, Lookup<Item>>>>;

/**
 * Answers a list that asks for the one resource with a certain value, as clients do before every write, by a look-up; every other one as `list` does.
 * Both mean the same: the unique indexes of the look-ups are over the very values that the filter compares.
 */
export const withMatches =
  <Item>(lookups: Lookups<Item>, list: List<Item>): List<Item> =>
  async (sourceId, query) => {
    const asked = matchOf(query);
    const lookup = asked && lookups[asked.key];
    if (!lookup) return list(sourceId, query);
    const item = await lookup(sourceId, asked.value);
    return item === undefined ? { items: [], total: 0 } : { items: [item], total: 1 };
  };

function matchOf({ filter, sort, start, count }: ListQuery): UniqueValue | undefined {
  if (filter?.op !== "compare" || sort || count === 0 || start.kind !== "index" || start.startIndex > 1) return undefined;
  return uniqueValue(filter);
}
