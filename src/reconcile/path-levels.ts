import { formatPath } from "../mapping/department-path.ts";
import { GROUP_EXTENSIONS } from "../mapping/extensions.ts";
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
    return { name, external: forExternals, settings: settingsAt(mapping, upToHere, forExternals) };
  });

/** Settings of a department that no group stands for: as if a group of that name did. */
function settingsAt(mapping: Mapping, path: DepartmentPath, external: boolean): PathLevel["settings"] {
  const displayName = formatPath(path, mapping.settings.separator);
  const placement = mapping.group({ group: { displayName, [GROUP_EXTENSIONS.dingtalk![0]!]: { kind: "department", external } } });
  return placement.kind === "department" ? placement.settings : {};
}
