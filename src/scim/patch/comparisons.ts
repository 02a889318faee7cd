import type { JsonValue } from "../../core/entity.ts";
import type { FilterNode } from "../../filter/ast.ts";
import type { PathTarget } from "./path.ts";

/**
 * Maximum number of comparisons: a request with many operations on long lists takes at most about 0.1 s.
 * Without a limit, 1 MB of them took 30 s.
 */
export const MAX_COMPARISONS = 500_000;

export function comparisonsFor(
  present: JsonValue | undefined,
  target: PathTarget & { kind: "attribute" },
  value: unknown,
): number {
  const elements = Array.isArray(present) ? present.length : 0;
  if (target.filter !== undefined) return elements * leavesOf(target.filter);
  return elements * (Array.isArray(value) ? value.length : 1);
}

function leavesOf(filter: FilterNode): number {
  if (filter.op === "and" || filter.op === "or")
    return filter.nodes.reduce((sum, node) => sum + leavesOf(node), 0);
  return filter.op === "not" || filter.op === "some" ? leavesOf(filter.node) : 1;
}
