import type { SourceRules } from "../mapping/sources.ts";
import type { SourceRecord } from "./record.ts";

/**
 * The order of sources for an attribute: `phoneNumbers.mobile` has the order of `phoneNumbers` if it has none
 * of its own.
 */
export const orderOf = (name: string, { attributes, order }: SourceRules): readonly string[] =>
  attributes.get(name) ?? attributes.get(name.split(".")[0]!) ?? order;

/** By the priority of their sources; sources that `order` does not name come last, by name. */
export function inOrder<T = SourceRecord>(
  all: readonly T[],
  order: readonly string[],
  recordOf: (one: T) => SourceRecord = (one) => one as unknown as SourceRecord,
): readonly T[] {
  const rank = (one: T): number => rankOf(recordOf(one).source.name, order);
  return [...all].sort(
    (a, b) => rank(a) - rank(b) || (recordOf(a).source.name < recordOf(b).source.name ? -1 : 1),
  );
}

/** The place of a source; lower counts more. */
export function rankOf(name: string, order: readonly string[]): number {
  const at = order.indexOf(name);
  return at === -1 ? order.length : at;
}
