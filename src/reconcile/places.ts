import { unreachable } from "../core/errors.ts";
import { fold } from "../core/fold.ts";
import { parsePath } from "../mapping/department-path.ts";
import type { DepartmentPath, GroupPlacement, Mapping, MappingSettings, PersonMapping } from "../mapping/mapping.ts";
import { placePerson } from "../mapping/placement.ts";
import type { GroupOfPerson, PersonFacts, Reference } from "./facts.ts";
import { levelsOf } from "./path-levels.ts";
import type { PersonPlace } from "./ports.ts";
import type { Note } from "./target.ts";

/* Where a person belongs: what groups and attributes say, joined so that people of other organisations and our own never share a department. */

/** Departments and roles of a person, as references to what they have become at the target. */
export interface Places {
  readonly departments: readonly Reference[];
  readonly roles: readonly Reference[];
  readonly main: Reference | undefined;
  /** Groups nobody has looked at yet: where they lead is not known. */
  readonly unknownGroups: readonly string[];
  readonly notes: readonly Note[];
}

/** A parked person is in the one department for that; undefined when it is not fit for them, as it would mix external people with ours. */
export function parkingPlace(mapping: Mapping, external: boolean): readonly PersonPlace[] | undefined {
  const { parkIn } = mapping.settings;
  if (!parkIn) return external ? undefined : [];
  return mapping.isExternal(parkIn) === external ? [{ path: levelsOf(mapping, parkIn), main: true }] : undefined;
}

/** Departments a person is in by other means than groups: by attributes, or the one for externals who have none. */
export function pathsOf(mapping: Mapping, mapped: PersonMapping, groups: readonly GroupOfPerson[]): readonly PersonPlace[] {
  if (groups.some((group) => group.placement === undefined)) return mapped.departments.map((path) => placeAt(mapping, mapped, path));
  const { departments } = placePerson(mapping.settings, mapped, placementsOf(groups, mapping.settings));
  return departments.flatMap((place) => (place.kind === "path" ? [placeAt(mapping, mapped, place.path)] : []));
}

const placeAt = (mapping: Mapping, mapped: PersonMapping, path: DepartmentPath): PersonPlace => ({
  path: levelsOf(mapping, path, mapped.external),
  main: JSON.stringify(path) === JSON.stringify(mapped.mainDepartment),
});

/** Pure. `facts.departments` are already those of `pathsOf`. */
export function placesOf(settings: MappingSettings, mapped: PersonMapping, facts: PersonFacts): Places {
  const { groups } = facts;
  const placement = placePerson(settings, mapped, placementsOf(groups, settings));
  const wanted = new Set(placement.departments.flatMap((place) => (place.kind === "group" ? [place.groupId] : [])));
  // A path may lead to a department that a group has made external, or ours, by itself.
  const fitting = facts.departments.filter((department) => department.external === mapped.external);
  const notes: Note[] = [...placement.notes];
  if (fitting.length < facts.departments.length) notes.push(MIXED);

  const inGroups = groups.filter((group) => wanted.has(group.id));
  const reference = mapped.mainDepartmentReference;
  const mainGroup = reference === undefined ? undefined : inGroups.find((group) => isMeant(group, reference, settings.separator));
  if (reference !== undefined && !mainGroup) notes.push(NO_MAIN);
  return {
    departments: [...fitting, ...inGroups.flatMap((group) => (group.department ? [group.department] : []))],
    roles: groups.flatMap((group) => (group.role ? [group.role] : [])),
    main: mainGroup?.department ?? fitting.find((department) => department.main),
    unknownGroups: groups.filter((group) => group.placement === undefined).map((group) => group.id),
    notes,
  };
}

/** In the department for leavers and nowhere else. */
export const parkedPlaces = (facts: PersonFacts): Places => ({
  departments: facts.departments,
  roles: [],
  main: facts.departments[0],
  unknownGroups: [],
  notes: [],
});

const placementsOf = (groups: readonly GroupOfPerson[], settings: Pick<MappingSettings, "separator">) =>
  groups.map((group) => ({ id: group.id, placement: placementOf(group, settings) }));

/** What the tree remembers of the mapping's answer, with the path as the group states it. */
function placementOf(
  { placement, displayName, external }: GroupOfPerson,
  { separator }: Pick<MappingSettings, "separator">,
): GroupPlacement {
  switch (placement) {
    case "department":
      return { kind: "department", path: parsePath(displayName, separator), settings: {}, external, notes: [] };
    case "role":
      return { kind: "role", name: displayName };
    case "none":
    case undefined:
      return { kind: "none", reason: "rule" };
    default:
      return unreachable(placement);
  }
}

function isMeant(group: GroupOfPerson, reference: string, separator: string): boolean {
  if (group.id === reference || group.externalId === reference) return true;
  const key = (path: string): string => JSON.stringify(parsePath(fold(path), fold(separator)));
  return key(group.displayName) === key(reference);
}

const MIXED: Note = {
  attribute: "departments",
  code: "mixedDepartment",
  text: "people of other organisations and our own are kept in separate departments, so one was left out",
};
const NO_MAIN: Note = {
  attribute: "mainDepartment",
  code: "notAMember",
  text: "the main department is none of the departments the person is in by groups",
};

/** Remote ids in a stable order; what is stuck is left out with a note, what is on its way is waited for. */
export function remoteIds(references: readonly Reference[], what: string, waitFor: string[], notes: Note[]): readonly string[] {
  const ids = new Set<string>();
  for (const { id, remoteId, state } of references) {
    if (remoteId !== undefined) ids.add(remoteId);
    else if (state !== "parked" && state !== "held") waitFor.push(id);
    else notes.push({ attribute: `${what}s`, code: "notThere", text: `a ${what} of this person could not be made: see ${what} ${id}` });
  }
  return [...ids].sort();
}
