import type { CompareNode, FilterNode, QueryKey } from "../../filter/ast.ts";
import type { Relation } from "./attribute-values.ts";
import { knownValue } from "./known-values.ts";

/* Which filters only a few resources can match. */

/** Comparisons that must be true if the whole filter is true. */
export function required(node: FilterNode): readonly CompareNode[] {
  if (node.op === "and") return node.nodes.flatMap(required);
  return node.op === "compare" ? [node] : [];
}

/** Value paths that must be true if the whole filter is true. */
function requiredPaths(node: FilterNode): readonly (FilterNode & { readonly op: "some" })[] {
  if (node.op === "and") return node.nodes.flatMap(requiredPaths);
  return node.op === "some" ? [node] : [];
}

/** Indexed attributes for which few resources have the same value. */
const SELECTIVE: ReadonlySet<QueryKey | undefined> = new Set<QueryKey>([
  "id",
  "externalId",
  "userName",
  "displayName",
  "employeeNumber",
  "manager",
  "email",
  "member",
]);

/** Keys whose index has the value but not the source. */
const WITHOUT_SOURCE: ReadonlySet<QueryKey | undefined> = new Set<QueryKey>(["email", "member"]);

const isSelectiveLeaf = ({ operator, attribute }: CompareNode): boolean =>
  operator === "eq" && SELECTIVE.has(attribute.key);

/**
 * The kind of index for a filter that only a few resources can match: `valueInSource` has the source, `value`
 * has not. Undefined: many resources may match.
 */
export function selectiveBy(node: FilterNode): "valueInSource" | "value" | undefined {
  const leaves = [...required(node), ...requiredPaths(node).flatMap((path) => required(path.node))].filter(
    isSelectiveLeaf,
  );
  if (leaves.length === 0) return undefined;
  return leaves.every((leaf) => WITHOUT_SOURCE.has(leaf.attribute.key)) ? "value" : "valueInSource";
}

/**
 * True: a query that clients send before every write. It is one selective equality, or `emails[type eq
 * "work"].value eq "…"`.
 */
export function isHotMatch(node: FilterNode): boolean {
  if (node.op === "compare") return isSelectiveLeaf(node);
  if (node.op !== "some" || node.node.op !== "and" || node.node.nodes.length !== 2) return false;
  return (
    selectiveBy(node) !== undefined &&
    node.node.nodes.every((leaf) => leaf.op === "compare" && leaf.operator === "eq")
  );
}

/** True: the filter asks for a value that is unique in a source, so at most one row matches. */
export const selectsAtMostOne = (node: FilterNode, resource: Relation["resource"]): boolean =>
  required(node).some((leaf) => {
    const known = knownValue(leaf);
    return known?.unique === true && (known.key !== "displayName" || resource === "Group");
  });
