import { keysOf } from "../../mapping/departments/department-path.ts";
import type { DepartmentPath, Mapping } from "../../mapping/mapping.ts";
import type { PathLevel } from "../places.ts";
import type { TargetAdapter } from "../target.ts";

/**
 * A path with the mapping's settings of each department on it. `external`: whether the last department is for
 * external people, if the caller knows. A pattern of the mapping may also make it external.
 */
export function levelsOf(mapping: Mapping, path: DepartmentPath, external = false): readonly PathLevel[] {
  const keys = keysOf(path);
  return path.map((name, depth) => {
    const upToHere = path.slice(0, depth + 1);
    const forExternals = mapping.isExternal(upToHere) || (external && depth === path.length - 1);
    const key = keys?.[depth];
    return {
      name,
      external: forExternals,
      settings: mapping.department(upToHere, forExternals).settings,
      ...(key === undefined ? {} : { key }),
    };
  });
}

/** Adds the keys by which the target compares names. */
export const withNameKeys = (
  { nameKey }: Pick<TargetAdapter, "nameKey">,
  path: readonly PathLevel[],
): readonly PathLevel[] =>
  nameKey ? path.map((level) => ({ ...level, nameKey: nameKey(level.name) })) : path;
