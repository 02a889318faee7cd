import { withKeys } from "../departments/department-path.ts";
import { asText, isObject, member } from "./scim-values.ts";

/** A hierarchy in the mapping file: id → name, and id of the parent. */
export type Tree = Readonly<Record<string, { readonly name: string; readonly parent?: string | undefined }>>;

/**
 * Path of names down to an organisation, given as its id or in Workday's form `{id, name, parentId}`. An
 * unknown organisation is put below its parent if that is known. If neither is known, `onMiss` is called, and
 * the path is the organisation's own name, if it has one. Each level has the id of its organisation as a key.
 * `named` distinguishes trees, because each has ids of its own.
 */
export function treePath(named: string, tree: Tree, value: unknown, onMiss: () => void): readonly string[] {
  const id = asText(isObject(value) ? member(value, "id") : value);
  const name = asText(member(value, "name"));
  const parentId = asText(member(value, "parentId"));
  if (id === "" && name === "") return [];
  const keyed = (levels: readonly Level[]): readonly string[] =>
    withKeys(
      levels.map((level) => level.name),
      levels.map((level) => (level.id === "" ? undefined : `${named}:${level.id}`)),
    );
  const known = levelsTo(tree, id);
  if (known.length > 0) return keyed(known);
  const above = levelsTo(tree, parentId);
  if (above.length === 0) onMiss();
  return keyed(name === "" ? above : [...above, { id, name }]);
}

interface Level {
  readonly id: string;
  readonly name: string;
}

function levelsTo(tree: Tree, id: string): readonly Level[] {
  const levels: Level[] = [];
  const seen = new Set<string>();
  for (
    let at: string | undefined = id;
    at !== undefined && Object.hasOwn(tree, at) && !seen.has(at);
    at = tree[at]!.parent
  ) {
    seen.add(at);
    levels.unshift({ id: at, name: tree[at]!.name });
  }
  return levels;
}
