import type { QueryAttribute } from "./ast.ts";

/**
 * Says what a name in a filter means. Names arrive exactly as written; the table decides about letter case
 * and prefixes.
 */
export interface AttributeTable {
  find(name: string): TableEntry | undefined;
}

export interface TableEntry {
  readonly attribute: QueryAttribute;
  /** Sub-attributes of a complex attribute; `value` is what a comparison with the attribute itself means. */
  readonly sub?: AttributeTable;
  /** False for what must never be compared (a password). */
  readonly filterable: boolean;
}

/**
 * A table of plain attributes without sub-attributes, found without regard to letter case: what a search
 * other than SCIM's needs.
 */
export function flatTable(attributes: readonly QueryAttribute[]): AttributeTable {
  const entries = new Map(
    attributes.map((attribute): [string, TableEntry] => [
      attribute.name.toLowerCase(),
      { attribute, filterable: true },
    ]),
  );
  return { find: (name) => entries.get(name.toLowerCase()) };
}
