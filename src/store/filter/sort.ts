import type { QueryAttribute } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import type { Parameters, SqlType } from "../postgres/parameters.ts";
import { elementsOf, type Relation, valuesOf } from "./attribute-values.ts";
import type { SqlValue } from "./comparison.ts";

/*
 * The order of a list: the sort attribute, then the id. Ids are UUIDs of version 7, so by id means by time of making.
 * A resource without the attribute comes last when ascending and first when descending (RFC 7644 section 3.4.2.3), which is where PostgreSQL puts NULL.
 */

export interface Order {
  readonly orderBy: string;
  /** The sort value as text, to continue behind it; `NO_KEY` when the order is by id alone. */
  readonly keyAsText: string;
  readonly kind: SqlValue["kind"] | "none";
  /** Conditions whose rows, one after the other, are everything behind the position. Two where NULLs must be told apart to let an index serve both. */
  readonly behind: (position: PageCursor) => readonly Condition[];
}

/** The key of an order by id alone. */
export const NO_KEY = "null::text";

export type Condition = (parameters: Parameters) => string;

/** Where a page ended: the sort value (undefined: none) and the id of its last row. */
export interface PageCursor {
  readonly key: string | undefined;
  readonly id: string;
}

const TYPES: Readonly<Record<SqlValue["kind"], SqlType>> = { text: "text", number: "numeric", boolean: "boolean", instant: "timestamptz" };

/** Rejects with InvalidFilter what cannot be sorted by. */
export function orderOf(
  sort: { readonly attribute: QueryAttribute; readonly descending: boolean } | undefined,
  relation: Relation,
  parameters: Parameters,
): Order {
  const id = `${relation.alias}.id`;
  if (!sort || sort.attribute.key === "id") return byId(id, sort?.descending === true);
  const { descending } = sort;
  const { sql, kind, alwaysThere } = sortKey(sort.attribute, relation, parameters);
  const direction = descending ? "desc" : "asc";
  const beyond = descending ? "<" : ">";
  return {
    orderBy: `${sql} ${direction}, ${id} ${direction}`,
    kind,
    keyAsText: kind === "instant" ? `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : `(${sql})::text`,
    behind({ id: last, key }) {
      const tied: Condition = (more) => `(${sql} is null and ${id} ${beyond} ${more.add(last, "uuid")})`;
      const later: Condition = (more) => `((${sql}, ${id}) ${beyond} (${more.add(key, TYPES[kind])}, ${more.add(last, "uuid")}))`;
      if (key === undefined) return descending ? [tied, () => `(${sql} is not null)`] : [tied];
      return descending || alwaysThere ? [later] : [later, () => `(${sql} is null)`];
    },
  };
}

function byId(id: string, descending: boolean): Order {
  const [direction, beyond] = descending ? ["desc", "<"] : ["asc", ">"];
  return {
    orderBy: `${id} ${direction}`,
    kind: "none",
    keyAsText: NO_KEY,
    behind: (position) => [(parameters) => `${id} ${beyond} ${parameters.add(position.id, "uuid")}`],
  };
}

interface SortKey {
  readonly sql: string;
  readonly kind: SqlValue["kind"];
  readonly alwaysThere: boolean;
}

const ALWAYS_THERE: readonly (string | undefined)[] = ["userName", "active", "created", "lastModified", "version"];
/** Columns that are NULL rather than empty, so that an index on them gives the order. */
const INDEXED: readonly (string | undefined)[] = ["userName", "displayName", "employeeNumber", "externalId", "manager"];

function sortKey(attribute: QueryAttribute, relation: Relation, parameters: Parameters): SortKey {
  if (attribute.type === "complex") throw new InvalidFilter(`sortBy: ${attribute.name} is sorted by its sub-attributes only`);
  const values = attribute.multiValued ? undefined : valuesOf(attribute, relation, parameters);
  if (values?.kind === "one") {
    const { sql, kind } = values.value;
    const plain = kind !== "text" || (INDEXED.includes(attribute.key) && !sql.includes("document"));
    return { sql: plain ? sql : `nullif(${sql}, '')`, kind, alwaysThere: ALWAYS_THERE.includes(attribute.key) };
  }
  const elements = elementsOf(attribute, relation, parameters);
  if (!elements.inDocument) throw new InvalidFilter(`sortBy: ${attribute.name} has no order`);
  // A multi-valued attribute is sorted by its primary value, else by the first (RFC 7644 section 3.4.2.3).
  const value = elements.value(attribute);
  return {
    sql: `(select ${value.sql} from ${elements.inDocument} where ${value.present} order by ((e.v ->> 'primary') is distinct from 'true'), e.n limit 1)`,
    kind: value.kind,
    alwaysThere: false,
  };
}
