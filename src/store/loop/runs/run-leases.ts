import type { Claim } from "../../../reconcile/ports.ts";

/**
 * Of the runs `w` that a FROM item yields (with kind, id and lease), those that still hold their lease and of whose row `s` a condition holds; their rows are locked.
 * `held` tells since when each has been due.
 *
 * Rows of `entity_states` are found one by one along the primary key (a lateral look-up cannot become a join), and changed by `on conflict`, which goes by
 * that key as well. An update with a join is planned by what the statistics say, and before the first analyze they say that a target has one row: then
 * each batch reads all of them (measured with 4,000 people: 160 ms for 20 ends of runs).
 */
export const heldBy = (runs: string, condition = "true"): string => `${runs} cross join lateral (
    select s.due_since from entity_states s where s.target = $1 and s.kind = w.kind and s.entity_id = w.id and s.lease = w.lease and ${condition} for update) held`;

/** Rows are locked in the order of their key, so that processes do not wait in a circle. `at`: where each stood. */
export function sortedForLocking<Item extends { readonly claim: Claim }>(
  items: readonly Item[],
): readonly { readonly item: Item; readonly at: number }[] {
  const key = ({ item: { claim } }: { readonly item: Item }): string => `${claim.ref.kind}:${claim.ref.id}`;
  return items.map((item, at) => ({ item, at })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
