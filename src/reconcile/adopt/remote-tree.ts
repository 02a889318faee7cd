import { fold } from "../../core/text/fold.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual } from "../target-values.ts";
import type { TreeNode } from "./ports.ts";

/* Departments of both sides as paths. The same place has the same text on both sides. */

/** A limit for cycles of parents. No target has a deeper tree. */
const MAX_DEPTH = 50;
/** A separator that cannot be part of a name. */
const BETWEEN = "\n";

type Naming = Pick<TargetAdapter, "rootDepartment" | "nameKey">;

export interface RemoteTree {
  add(department: Actual): void;
  has(remoteId: string): boolean;
  /** The ids from the department up to the root, without the root. */
  way(remoteId: string): readonly string[];
  /** For comparisons. Undefined for the root, and for a department that no list has shown. */
  key(remoteId: string): string | undefined;
  /** For display. */
  path(remoteId: string): string;
}

export function createRemoteTree(naming: Naming): RemoteTree {
  const known = new Map<string, { readonly name: string; readonly parent: string }>();
  /** All people of a department share one text. */
  const keys = new Map<string, string | undefined>();
  const keyOf = (name: string): string => naming.nameKey?.(name) ?? fold(name);

  function way(remoteId: string): readonly string[] {
    const ids: string[] = [];
    for (let at = remoteId; at !== naming.rootDepartment && ids.length < MAX_DEPTH; ) {
      const department = known.get(at);
      if (!department) return [];
      ids.push(at);
      at = department.parent;
    }
    return ids;
  }

  const names = (remoteId: string): readonly string[] =>
    way(remoteId)
      .map((id) => known.get(id)!.name)
      .reverse();

  return {
    add({ remoteId, attributes: { name, parent } }) {
      keys.clear();
      known.set(remoteId, {
        name: typeof name === "string" ? name : "",
        parent: typeof parent === "string" ? parent : naming.rootDepartment,
      });
    },
    has: (remoteId) => known.has(remoteId),
    way,
    key(remoteId) {
      if (!keys.has(remoteId)) keys.set(remoteId, names(remoteId).map(keyOf).join(BETWEEN) || undefined);
      return keys.get(remoteId);
    },
    path: (remoteId) => names(remoteId).join("/"),
  };
}

/** Keys of the nodes of the desired tree. A linked node has the key of its place at the target. */
export function nodeKeys(
  nodes: readonly TreeNode[],
  remote: RemoteTree,
  naming: Naming,
): ReadonlyMap<string, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const keyOf = (node: TreeNode, depth: number): string => {
    const there = node.remoteId === undefined ? undefined : remote.key(node.remoteId);
    if (there !== undefined || depth > MAX_DEPTH) return there ?? "";
    const above = node.parentId === undefined ? undefined : byId.get(node.parentId);
    const own = naming.nameKey?.(node.name) ?? fold(node.name);
    return above ? `${keyOf(above, depth + 1)}${BETWEEN}${own}` : own;
  };
  return new Map(nodes.map((node) => [node.id, keyOf(node, 0)]));
}
