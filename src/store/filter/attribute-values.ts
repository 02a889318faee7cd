import type { AddressPrefixes, QueryAttribute } from "../../filter/ast.ts";
import { InvalidFilter } from "../../filter/errors.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { documentValue, type SqlValue } from "./comparison.ts";

/*
 * The place of an attribute's values in the database: a column, rows of other tables (members, groups), or
 * the document. Paths come from our schema tables. They are passed as parameters anyway.
 */

/** One kind of resource: its table is `users u` or `groups g`. */
export interface Relation {
  readonly resource: "User" | "Group";
  readonly alias: "u" | "g";
}

export type Values =
  | { readonly kind: "one"; readonly value: SqlValue }
  /** `from` gives a row for each element. */
  | { readonly kind: "many"; readonly from: string; readonly value: SqlValue };

/** The elements of a multi-valued attribute. `value`: SQL for a sub-attribute of one element. */
export interface Elements {
  readonly from: string;
  readonly value: (attribute: QueryAttribute) => SqlValue;
  /** SQL that is true if any part of the element has a value. */
  readonly present: string;
  /** Only for an array in the document: as `from`, with the index of each element as `e.n`. */
  readonly inDocument?: string;
}

/** Throws InvalidFilter if the database cannot compare the attribute exactly. */
export function valuesOf(attribute: QueryAttribute, relation: Relation, parameters: Parameters): Values {
  const column = columnValue(attribute, relation);
  if (column) return { kind: "one", value: column };
  if (attribute.multiValued) {
    const elements = elementsOf(attribute, relation, parameters);
    const value = attribute.type === "complex" ? anyPart(elements.present) : elements.value(attribute);
    return { kind: "many", from: elements.from, value };
  }
  if (attribute.path[0] === "meta") return { kind: "one", value: metaValue(attribute, relation, parameters) };
  const path = parameters.add(attribute.path, "text[]");
  const json = `${relation.alias}.document #> ${path}`;
  if (attribute.type === "complex") return { kind: "one", value: anyPart(hasValue(json)) };
  return { kind: "one", value: documentValue(attribute, json, `(${relation.alias}.document #>> ${path})`) };
}

/** The elements of the array at the attribute's path. A value that is not an array has no elements. */
export function elementsOf(attribute: QueryAttribute, relation: Relation, parameters: Parameters): Elements {
  const rows = rowsOf(attribute, relation);
  if (rows) {
    return {
      from: rows.from,
      value: (leaf) => rowValue(leaf, rows, parameters),
      present: "true",
    };
  }
  const array = `${relation.alias}.document #> ${parameters.add(attribute.path, "text[]")}`;
  const from = `json_array_elements(case json_typeof(${array}) when 'array' then ${array} end)`;
  return {
    from: `${from} e(v)`,
    inDocument: `${from} with ordinality e(v, n)`,
    value(leaf) {
      if (leaf === attribute && leaf.element === undefined)
        return documentValue(leaf, "e.v", "(e.v #>> '{}')");
      const name = parameters.add(leaf.element ?? leaf.path.at(-1), "text");
      return documentValue(leaf, `(e.v -> ${name})`, `(e.v ->> ${name})`);
    },
    present: hasValue("e.v"),
  };
}

/**
 * A whole complex attribute cannot be compared. A filter can only ask whether any part of it has a value
 * (`pr`).
 */
const anyPart = (present: string): SqlValue => ({ kind: "boolean", sql: present, present });

/** SQL that is true if the JSON has a number, a boolean or a non-empty string at any depth. */
const hasValue = (json: string): string =>
  `jsonb_path_exists((${json})::jsonb, 'strict $.** ? (@.type() == "number" || @.type() == "boolean" || (@.type() == "string" && @ != ""))')`;

const text = (sql: string): SqlValue => ({
  kind: "text",
  sql: `(${sql}) collate "C"`,
  present: `(${sql}) <> ''`,
});
const always = (value: Omit<SqlValue, "present">): SqlValue => ({ ...value, present: "true" });

/**
 * The column of an attribute. Columns have the same values as the document (`active` is in every document). A
 * folded column serves only an attribute that is compared folded.
 */
function columnValue(attribute: QueryAttribute, { alias }: Relation): SqlValue | undefined {
  const { key, caseExact } = attribute;
  switch (key) {
    case "id":
      return always({ kind: "text", sql: `${alias}.id::text collate "C"` });
    case "created":
      return always({ kind: "instant", sql: `${alias}.created_at` });
    case "lastModified":
      return always({ kind: "instant", sql: `${alias}.modified_at` });
    case "version":
      return always({ kind: "text", sql: `('W/"' || ${alias}.version || '"') collate "C"` });
    case "active":
      return always({ kind: "boolean", sql: `${alias}.active` });
    case "userName":
      return caseExact ? undefined : column(`${alias}.user_name_key`);
    case "displayName":
      return caseExact ? undefined : column(`${alias}.display_name_key`);
    case "employeeNumber":
      return caseExact ? undefined : column(`${alias}.employee_number_key`);
    case "externalId":
      return caseExact ? column(`${alias}.external_id`) : undefined;
    case "manager":
      return caseExact ? column(`${alias}.manager_ref`) : undefined;
    default:
      return undefined;
  }
}

const column = (sql: string): SqlValue => ({ kind: "text", sql, present: `${sql} <> ''` });

function metaValue(
  attribute: QueryAttribute,
  { resource, alias }: Relation,
  parameters: Parameters,
): SqlValue {
  if (attribute.type === "complex") return anyPart("true");
  if (attribute.path[1] === "resourceType")
    return always({ kind: "text", sql: `'${resource}'::text collate "C"` });
  if (attribute.address)
    return text(`(${parameters.add(attribute.address[resource], "text")} || ${alias}.id)`);
  throw unanswerable(attribute);
}

interface Rows {
  readonly from: string;
  readonly columns: Readonly<Record<string, string>>;
  /** SQL for the address (`$ref`) of the member or group in the row. */
  readonly address: (prefixes: AddressPrefixes, parameters: Parameters) => string;
}

/**
 * The rows of members and groups. Values that filters rarely name, such as `display` of members, are looked
 * up only when they are named. So the rows stay cheap.
 */
function rowsOf(attribute: QueryAttribute, { resource, alias }: Relation): Rows | undefined {
  if (attribute.path.length !== 1) return undefined;
  if (resource === "Group" && attribute.path[0] === "members") {
    return {
      from: `(select m.user_id::text as value, 'User' as type from group_members m where m.group_id = ${alias}.id
        union all select c.child_id::text, 'Group' from group_children c where c.group_id = ${alias}.id) e`,
      columns: {
        value: "e.value",
        type: "e.type",
        display: `case e.type when 'User' then (select n.document ->> 'displayName' from users n where n.id = e.value::uuid)
          else (select n.display_name from groups n where n.id = e.value::uuid) end`,
      },
      address: ({ User, Group }, parameters) =>
        `(case e.type when 'User' then ${parameters.add(User, "text")} else ${parameters.add(Group, "text")} end || e.value)`,
    };
  }
  if (resource === "User" && attribute.path[0] === "groups") {
    return {
      from: `(select m.group_id::text as value, 'direct' as type, n.display_name as display
          from group_members m join groups n on n.id = m.group_id where m.user_id = ${alias}.id
        union all select i.ancestor_id::text, 'indirect', n.display_name
          from (select distinct a.ancestor_id from group_members m join group_ancestors a on a.group_id = m.group_id where m.user_id = ${alias}.id) i
          join groups n on n.id = i.ancestor_id
         where not exists (select 1 from group_members d where d.group_id = i.ancestor_id and d.user_id = ${alias}.id)) e`,
      columns: { value: "e.value", type: "e.type", display: "e.display" },
      address: ({ Group }, parameters) => `(${parameters.add(Group, "text")} || e.value)`,
    };
  }
  return undefined;
}

function rowValue(leaf: QueryAttribute, { columns, address }: Rows, parameters: Parameters): SqlValue {
  const known = Object.hasOwn(columns, leaf.element ?? "") ? columns[leaf.element ?? ""] : undefined;
  const sql = leaf.address ? address(leaf.address, parameters) : known;
  if (sql === undefined) throw unanswerable(leaf);
  return leaf.caseExact ? text(sql) : { ...text(sql), sql: folded(sql) };
}

const unanswerable = (attribute: QueryAttribute): InvalidFilter =>
  new InvalidFilter(
    `filter: ${attribute.name} cannot be compared, because it is not stored: the server makes it for each answer`,
  );
