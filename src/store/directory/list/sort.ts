import type { QueryAttribute } from "../../../filter/ast.ts";
import { InvalidFilter } from "../../../filter/errors.ts";
import { elementsOf, type Relation, valuesOf } from "../../filter/attribute-values.ts";
import type { SqlValue } from "../../filter/comparison.ts";
import type { Parameters, SqlType } from "../../postgres/parameters.ts";

/*
 * The order of a list: by the sort attribute, then by id. Ids are UUIDs of version 7, so the order of ids is
 * the order of creation. A resource without the attribute is last in ascending order and first in descending
 * order (RFC 7644 section 3.4.2.3). PostgreSQL sorts NULL in this way.
 */

export interface Order {
  readonly orderBy: string;
  /** SQL for the sort value as text, for a cursor. `NO_KEY`: the order is by id alone. */
  readonly keyAsText: string;
  readonly kind: SqlValue["kind"] | "none";
  /**
   * Conditions for the rows after a position. The rows of the first condition come first. There are two if
   * NULLs need their own condition to use an index.
   */
  readonly behind: (position: PageCursor) => readonly Condition[];
}

/** The key of an order by id alone. */
export const NO_KEY = "null::text";

export type Condition = (parameters: Parameters) => string;

/** The end of a page: the sort value of its last row (undefined: it has none) and the id. */
export interface PageCursor {
  readonly key: string | undefined;
  readonly id: string;
}

const TYPES: Readonly<Record<SqlValue["kind"], SqlType>> = {
  text: "text",
  number: "numeric",
  boolean: "boolean",
  instant: "timestamptz",
};

/** Throws InvalidFilter if the attribute cannot be sorted by. */
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
    keyAsText:
      kind === "instant"
        ? `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
        : `(${sql})::text`,
    behind({ id: last, key }) {
      const tied: Condition = (more) => `(${sql} is null and ${id} ${beyond} ${more.add(last, "uuid")})`;
      const later: Condition = (more) =>
        `((${sql}, ${id}) ${beyond} (${more.add(key, TYPES[kind])}, ${more.add(last, "uuid")}))`;
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

const ALWAYS_THERE: readonly (string | undefined)[] = [
  "userName",
  "active",
  "created",
  "lastModified",
  "version",
];
/** Columns that have NULL instead of an empty string, so that their index has the right order. */
const INDEXED: readonly (string | undefined)[] = [
  "userName",
  "displayName",
  "employeeNumber",
  "externalId",
  "manager",
];

function sortKey(attribute: QueryAttribute, relation: Relation, parameters: Parameters): SortKey {
  if (attribute.type === "complex")
    throw new InvalidFilter(`sortBy: ${attribute.name} has sub-attributes; name one of them`);
  const values = attribute.multiValued ? undefined : valuesOf(attribute, relation, parameters);
  if (values?.kind === "one") {
    const { sql, kind } = values.value;
    const plain = kind !== "text" || (INDEXED.includes(attribute.key) && !sql.includes("document"));
    return {
      sql: plain ? sql : `nullif(${sql}, '')`,
      kind,
      alwaysThere: ALWAYS_THERE.includes(attribute.key),
    };
  }
  const elements = elementsOf(attribute, relation, parameters);
  if (!elements.inDocument) throw new InvalidFilter(`sortBy: ${attribute.name} cannot be sorted by`);
  // A multi-valued attribute is sorted by its primary value, else by the first (RFC 7644 section 3.4.2.3).
  const value = elements.value(attribute);
  return {
    sql: `(select ${value.sql} from ${elements.inDocument} where ${value.present} order by ((e.v ->> 'primary') is distinct from 'true'), e.n limit 1)`,
    kind: value.kind,
    alwaysThere: false,
  };
}
