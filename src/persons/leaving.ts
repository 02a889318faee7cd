import { unreachable } from "../core/errors.ts";
import type { SourceRules } from "../mapping/sources.ts";
import { orderOf, rankOf } from "./priority.ts";
import { hasBegun, type LeftSource, type SourceRecord } from "./record.ts";

/**
 * Whether the person is active in the directory, when sources disagree or have deleted their records.
 * `speakers`: the record of each source that is used.
 */
export function staysActive(
  speakers: readonly SourceRecord[],
  rules: SourceRules,
  left: readonly LeftSource[],
): boolean {
  const begun = speakers.filter(hasBegun);
  // A new record of a source that had deleted its record means that the person comes back, on that day.
  const gone = left.filter(({ id }) => !begun.some(({ source }) => source.id === id));
  switch (rules.leaving) {
    case "any":
      return gone.length === 0 && begun.length > 0 && begun.every(({ active }) => active);
    case "all":
      return begun.some(({ active }) => active);
    case "authoritative": {
      const order = orderOf("active", rules);
      const said = [
        ...begun.map(({ source, active }) => ({ name: source.name, active })),
        ...gone.map(({ name }) => ({ name, active: false })),
      ].sort((a, b) => rankOf(a.name, order) - rankOf(b.name, order) || (a.name < b.name ? -1 : 1));
      return said[0]?.active ?? false;
    }
    default:
      return unreachable(rules.leaving);
  }
}
