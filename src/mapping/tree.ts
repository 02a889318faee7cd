import { asText, isObject, member } from "./scim-values.ts";

/** A hierarchy stated in the mapping file: id → name and id of the parent. */
export type Tree = Readonly<Record<string, { readonly name: string; readonly parent?: string | undefined }>>;

/**
 * Path of names down to an organisation, given as its id or as Workday gives it: `{id, name, parentId}`. An organisation the tree does not
 * hold goes below its parent when that one is known. `onMiss` is told when neither is; the path is then the organisation's own name, if it has one.
 */
export function treePath(tree: Tree, value: unknown, onMiss: () => void): readonly string[] {
  const id = asText(isObject(value) ? member(value, "id") : value);
  const name = asText(member(value, "name"));
  const parentId = asText(member(value, "parentId"));
  if (id === "" && name === "") return [];
  const known = pathOf(tree, id);
  if (known.length > 0) return known;
  const above = pathOf(tree, parentId);
  if (above.length === 0) onMiss();
  return name === "" ? above : [...above, name];
}

function pathOf(tree: Tree, id: string): readonly string[] {
  const path: string[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && Object.hasOwn(tree, at) && !seen.has(at); at = tree[at]!.parent) {
    seen.add(at);
    path.unshift(tree[at]!.name);
  }
  return path;
}
