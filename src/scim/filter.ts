import type { FilterNode, QueryAttribute } from "../filter/ast.ts";
import type { AttributeTable, TableEntry } from "../filter/attribute-table.ts";
import { parseQuery } from "../filter/parse.ts";
import type { AttributeNames, AttributeSpec, ResourceSchema } from "./schema/attributes.ts";
import { resolveName } from "./schema/path-name.ts";

/*
 * SCIM filters: the grammar of filter/parse.ts with the attributes of the schemas.
 * - parseFilter(schema, text) → FilterNode, or InvalidFilter
 * - parseSortBy(schema, name) → QueryAttribute, or undefined if it cannot be sorted by
 */

export const parseFilter = (schema: ResourceSchema, text: string): FilterNode =>
  parseQuery(text, filterTable(schema));

/** The attribute of `sortBy` (RFC 7644 section 3.4.2.3). A complex attribute is sorted by its `value`. */
export function parseSortBy(schema: ResourceSchema, name: string): QueryAttribute | undefined {
  const entry = filterTable(schema).find(name);
  if (entry === undefined || !entry.filterable) return undefined;
  return entry.attribute.type === "complex" ? entry.sub?.find("value")?.attribute : entry.attribute;
}

const tables = new Map<ResourceSchema, AttributeTable>();

export function filterTable(schema: ResourceSchema): AttributeTable {
  let table = tables.get(schema);
  if (table === undefined) {
    table = { find: (name) => entryFor(schema, name) };
    tables.set(schema, table);
  }
  return table;
}

function entryFor(schema: ResourceSchema, name: string): TableEntry | undefined {
  const named = resolveName(schema, name);
  if (named === undefined || named.kind === "core") return undefined;
  if (named.kind === "attribute") return entryOf(named.sub ?? named.attribute);
  const { id, attributes } = named.extension;
  return {
    attribute: { name: id, path: [id], multiValued: false, type: "complex", caseExact: false },
    sub: tableOf(attributes),
    filterable: true,
  };
}

function entryOf(spec: AttributeSpec): TableEntry {
  return {
    attribute: spec.query,
    ...(spec.type === "complex" ? { sub: tableOf(spec.sub) } : {}),
    filterable: spec.mutability !== "writeOnly" && spec.returned !== "never",
  };
}

function tableOf(names: AttributeNames): AttributeTable {
  return {
    find(name) {
      const spec = names.get(name);
      return spec && entryOf(spec);
    },
  };
}
