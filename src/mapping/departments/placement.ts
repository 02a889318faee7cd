import type {
  DepartmentPath,
  GroupPlacement,
  MappingNote,
  MappingSettings,
  PersonMapping,
} from "../mapping.ts";
import { formatPath } from "./department-path.ts";

/** A department of a person: the department of a group, or one with a path only. */
export type Place =
  | { readonly kind: "group"; readonly groupId: string }
  | { readonly kind: "path"; readonly path: DepartmentPath };

export interface Placement {
  readonly departments: readonly Place[];
  readonly notes: readonly MappingNote[];
}

/**
 * Joins the departments from groups and from attributes. External people are only in external departments,
 * and all others only in internal ones. Each department that is left out for this gets a note.
 */
export function assignDepartments(
  settings: Pick<MappingSettings, "defaultDepartment" | "externalDefault" | "separator">,
  person: Pick<PersonMapping, "departments" | "external">,
  groups: readonly { readonly id: string; readonly placement: GroupPlacement }[],
): Placement {
  const notes: MappingNote[] = [];
  const departments: Place[] = [];
  for (const { id, placement } of groups) {
    if (placement.kind !== "department") continue;
    if (placement.external === person.external) departments.push({ kind: "group", groupId: id });
    else notes.push(refused(formatPath(placement.path, settings.separator), person.external));
  }
  departments.push(...person.departments.map((path) => ({ kind: "path", path }) as const));
  if (departments.length > 0) return { departments, notes };
  const byDefault = person.external ? settings.externalDefault : settings.defaultDepartment;
  if (byDefault) return { departments: [{ kind: "path", path: byDefault }], notes };
  // Without a department, an internal person is in the root. An external person must not be there.
  if (!person.external) return { departments, notes };
  notes.push({
    attribute: "departments",
    code: "noExternalDepartment",
    text: "the person is external and in no external department, and the mapping names no externalDefault",
  });
  return { departments, notes };
}

const refused = (path: string, external: boolean): MappingNote => ({
  attribute: "departments",
  code: external ? "externalPerson" : "externalDepartment",
  text: external
    ? `the person is external and ${path} is not, so it is left out`
    : `${path} is for external people and the person is not one, so it is left out`,
});
