import type { DepartmentPath, Mapping } from "../mapping/mapping.ts";
import type { PathLevel } from "./ports.ts";

/**
 * A path with what the mapping says of each department on it. `external` is what the last one is for when the caller knows; a pattern of the
 * mapping may make it external all the same.
 */
export const levelsOf = (mapping: Mapping, path: DepartmentPath, external = false): readonly PathLevel[] =>
  path.map((name, depth) => {
    const upToHere = path.slice(0, depth + 1);
    const forExternals = mapping.isExternal(upToHere) || (external && depth === path.length - 1);
    return { name, external: forExternals, settings: mapping.department(upToHere, forExternals).settings };
  });
