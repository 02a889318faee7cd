import { unreachable } from "../../core/errors.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import { fold } from "../../core/text/fold.ts";
import {
  type CompareNode,
  type FilterNode,
  isFalseByDefault,
  type QueryAttribute,
  type QueryKey,
} from "../../filter/ast.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { APART } from "../postgres/planner.ts";
import { elementsOf, type Relation, type Values, valuesOf } from "./attribute-values.ts";
import { compare, type SqlValue } from "./comparison.ts";
import { required } from "./selective.ts";

/*
 * Compiles a filter to an SQL condition. It is true for exactly the rows for which `matches`
 * (filter/evaluate.ts) is true. A condition that is NULL counts as false. AND and OR keep this meaning, and
 * every negation is written as `(…) is not true`.
 */

/**
 * Throws InvalidFilter if the filter cannot be answered exactly. The caller must add the condition for the
 * source.
 */
export function where(node: FilterNode, relation: Relation, parameters: Parameters): string {
  return compile(node, {
    relation,
    parameters,
    values: (attribute) => valuesOf(attribute, relation, parameters),
  });
}

interface Context {
  readonly relation: Relation;
  readonly parameters: Parameters;
  readonly values: (attribute: QueryAttribute) => Values;
  /** The comparison is inside a value path: it is about one element, and no index can answer it. */
  readonly inElement?: true;
}

function compile(node: FilterNode, context: Context): string {
  switch (node.op) {
    case "and":
      return `(${node.nodes.map((child) => compile(child, context)).join(" and ")})`;
    case "or":
      return `(${alternatives(node.nodes, context).join(" or ")})`;
    case "not":
      return `((${compile(node.node, context)}) is not true)`;
    case "present":
      return compilePresent(context.values(node.attribute));
    case "compare":
      return (context.inElement ? undefined : served(node, context)) ?? compileCompare(node, context);
    case "some":
      return compileSome(node, context);
    default:
      return unreachable(node);
  }
}

/**
 * The alternatives of an `or`. Comparisons of one attribute with several texts, by `eq` or by `co`, become
 * one comparison with a list. Clients ask for hundreds of ids in one filter, and each separate comparison
 * would parse the document and fold the value again.
 */
function alternatives(nodes: readonly FilterNode[], context: Context): readonly string[] {
  const lists = new Map<string, CompareNode[]>();
  for (const node of nodes) {
    if (!isListable(node)) continue;
    const list = lists.get(keyOf(node));
    if (list) list.push(node);
    else lists.set(keyOf(node), [node]);
  }
  const listOf = (node: FilterNode) => (isListable(node) ? lists.get(keyOf(node))! : [node]);
  return nodes.flatMap((node) => {
    const list = listOf(node);
    if (list.length === 1) return [compile(node, context)];
    return list[0] === node ? [compileList(list as CompareNode[], context)] : [];
  });
}

/** Keys for which `eq` is more than the comparison of a column. */
const NOT_LISTED: ReadonlySet<QueryKey | undefined> = new Set<QueryKey>([
  "member",
  "group",
  "employeeNumber",
]);

const isListable = (node: FilterNode): node is CompareNode =>
  node.op === "compare" &&
  (node.operator === "co" || (node.operator === "eq" && !NOT_LISTED.has(node.attribute.key))) &&
  (node.attribute.type === "string" || node.attribute.type === "reference") &&
  node.attribute.address === undefined &&
  node.value !== "";

const keyOf = ({ operator, attribute }: CompareNode): string => `${operator} ${attribute.name}`;

function compileList(leaves: readonly CompareNode[], context: Context): string {
  const { attribute, operator } = leaves[0]!;
  const { parameters, relation } = context;
  const wanted = leaves.map(({ value }) => (attribute.caseExact ? String(value) : fold(String(value))));
  if (operator === "co") return containsAny(context.values(attribute), parameters.add(wanted, "text[]"));
  if (!context.inElement && attribute.key === "id") {
    return `${relation.alias}.id = any(${parameters.add(wanted.filter(isCanonicalUuid), "uuid[]")})`;
  }
  if (!context.inElement && attribute.key === "email" && !attribute.caseExact) {
    return `${relation.alias}.email_keys && ${parameters.add(wanted, "text[]")}`;
  }
  const values = context.values(attribute);
  const condition = `${values.value.sql} = any(${parameters.add(wanted, "text[]")})`;
  return values.kind === "one" ? `(${condition})` : exists(values.from, condition);
}

/** APART prevents that the value is computed again for each text. */
function containsAny(values: Values, texts: string): string {
  const from = values.kind === "one" ? "" : `from ${values.from}`;
  return exists(
    `(select ${values.value.sql} as value ${from} ${APART}) held cross join unnest(${texts}) as wanted(text)`,
    "strpos(held.value, wanted.text) > 0",
  );
}

const exists = (from: string, condition: string): string =>
  `exists (select 1 from ${from} where ${condition})`;

function compilePresent(values: Values): string {
  return values.kind === "one" ? `(${values.value.present})` : exists(values.from, values.value.present);
}

function compileCompare(node: CompareNode, context: Context): string {
  const values = context.values(node.attribute);
  const { operator, attribute, value: literal } = node;
  const test = (value: SqlValue, by: Exclude<typeof operator, "ne">) =>
    compare(value, by, attribute, literal, context.parameters);
  if (operator === "ne") {
    const differs = `((${test(values.value, "eq")}) is not true)`;
    if (values.kind === "one") return differs;
    const present = values.value.compared ?? values.value.present;
    return `(${exists(values.from, `${present} and ${differs}`)} or not ${exists(values.from, present)})`;
  }
  const condition = test(values.value, operator);
  return values.kind === "one" ? `(${condition})` : exists(values.from, condition);
}

function compileSome(node: FilterNode & { readonly op: "some" }, context: Context): string {
  const { relation, parameters } = context;
  const elements = elementsOf(node.attribute, relation, parameters);
  const inner = compile(node.node, {
    relation,
    parameters,
    inElement: true,
    values: (attribute) => ({ kind: "one", value: elements.value(attribute) }),
  });
  // An element without any value does not count (filter/ast.ts). Only a filter that is true for an empty
  // element needs this condition.
  const condition = exists(
    elements.from,
    trueOfNothing(node.node) ? `${elements.present} and ${inner}` : inner,
  );
  const shortcuts = required(node.node).flatMap((leaf) => served(leaf, context, "prefilter") ?? []);
  return shortcuts.length === 0 ? condition : `(${[...shortcuts, condition].join(" and ")})`;
}

function trueOfNothing(node: FilterNode): boolean {
  switch (node.op) {
    case "and":
      return node.nodes.every(trueOfNothing);
    case "or":
      return node.nodes.some(trueOfNothing);
    case "not":
      return !trueOfNothing(node.node);
    case "compare":
      return node.operator === "ne" || (node.value === false && isFalseByDefault(node.attribute));
    case "present":
    case "some":
      return false;
    default:
      return unreachable(node);
  }
}

/**
 * An equality in a form that an index serves. `prefilter`: the result may be true for more rows than the
 * comparison, and the caller adds the exact condition. Undefined: no index has the attribute, or the usual
 * form uses the index of its column already.
 */
function served(
  node: CompareNode,
  context: Context,
  as: "exact" | "prefilter" = "exact",
): string | undefined {
  const { attribute, operator, value } = node;
  if (operator !== "eq" || typeof value !== "string" || value === "") return undefined;
  const { alias, resource } = context.relation;
  const { parameters } = context;
  if (attribute.address) return servedAddress(attribute, value, context);
  switch (attribute.key) {
    case "id":
      return isCanonicalUuid(value) ? `${alias}.id = ${parameters.add(value, "uuid")}` : "false";
    case "email": {
      const known = `${alias}.email_keys @> array[${parameters.add(fold(value), "text")}]`;
      return as === "exact" && attribute.caseExact
        ? `(${known} and ${compileCompare(node, context)})`
        : known;
    }
    case "employeeNumber":
      // The column is folded. A comparison with regard to case also needs the value of the document.
      return attribute.caseExact
        ? `(${alias}.employee_number_key = ${parameters.add(fold(value), "text")} and ${compileCompare(node, context)})`
        : undefined;
    case "member":
      return resource === "Group"
        ? inRows(value, parameters, alias, (id) => [withPerson(id), withGroup(id)])
        : undefined;
    case "group":
      return resource === "User" ? inRows(value, parameters, alias, peopleOf) : undefined;
    default:
      return undefined;
  }
}

const withPerson = (id: string): string => `select group_id from group_members where user_id = ${id}`;
const withGroup = (id: string): string => `select group_id from group_children where child_id = ${id}`;
const peopleOf = (id: string): readonly string[] => [
  `select user_id from group_members where group_id = ${id}`,
  `select m.user_id from group_ancestors a join group_members m on m.group_id = a.group_id where a.ancestor_id = ${id}`,
];

/**
 * Comparison of an address (`$ref`, `meta.location`): it becomes a comparison of the id of the resource, the
 * member or the group.
 */
function servedAddress(
  { address, path }: QueryAttribute,
  value: string,
  { relation, parameters }: Context,
): string {
  const type = (["User", "Group"] as const).find((one) => value.startsWith(address![one]));
  if (type === undefined) return "false";
  const { alias, resource } = relation;
  const id = value.slice(address![type].length);
  switch (path[0]) {
    case "members":
      return inRows(id, parameters, alias, (one) => [type === "User" ? withPerson(one) : withGroup(one)]);
    case "groups":
      return type === "Group" ? inRows(id, parameters, alias, peopleOf) : "false";
    default:
      return type === resource && isCanonicalUuid(id)
        ? `${alias}.id = ${parameters.add(id, "uuid")}`
        : "false";
  }
}

function inRows(
  value: string,
  parameters: Parameters,
  alias: string,
  selects: (id: string) => readonly string[],
): string {
  if (!isCanonicalUuid(value)) return "false";
  return `${alias}.id in (${selects(parameters.add(value, "uuid")).join(" union all ")})`;
}
