import { unreachable } from "../../core/errors.ts";
import { fold } from "../../core/text/fold.ts";
import { parsePath } from "../../mapping/departments/department-path.ts";
import { assignDepartments } from "../../mapping/departments/placement.ts";
import type {
  DepartmentPath,
  GroupPlacement,
  Mapping,
  MappingSettings,
  PersonMapping,
} from "../../mapping/mapping.ts";
import type { DepartmentReference, GroupOfPerson, PersonFacts, Reference } from "../facts.ts";
import type { AttributeDepartment } from "../places.ts";
import type { Note } from "../target-values.ts";
import { isMistake } from "./group.ts";
import { levelsOf } from "./path-levels.ts";

/*
 * The departments and roles of a person, from groups and attributes. External and our own people never share
 * a department.
 */

/** A department of a person, and the values that apply only there. */
export interface DepartmentAssignment extends DepartmentReference {
  readonly title?: string;
  readonly order?: number;
}

/** Departments and roles of a person, as references to objects at the target. */
export interface Assignments {
  readonly departments: readonly DepartmentAssignment[];
  readonly roles: readonly Reference[];
  readonly main: Reference | undefined;
  /** Groups without a first run: their target is not known. */
  readonly unknownGroups: readonly string[];
  /**
   * Groups that wait for the group above them. A person who has another department does not wait with them.
   */
  readonly stuckGroups: readonly string[];
  /** Groups that can become nothing because of an error at their source. */
  readonly mistakenGroups: readonly Pick<GroupOfPerson, "id" | "displayName">[];
  readonly notes: readonly Note[];
}

/** The only department of a parked person. Undefined if external people would share it with ours. */
export function parkingDepartment(
  mapping: Mapping,
  external: boolean,
): readonly AttributeDepartment[] | undefined {
  const { parkIn } = mapping.settings;
  if (!parkIn) return external ? undefined : [];
  return mapping.isExternal(parkIn) === external
    ? [{ path: levelsOf(mapping, parkIn), main: true }]
    : undefined;
}

/**
 * Departments of a person that do not come from groups: those from attributes, or the default for external
 * people.
 */
export function attributeDepartments(
  mapping: Mapping,
  mapped: PersonMapping,
  groups: readonly GroupOfPerson[],
): readonly AttributeDepartment[] {
  if (groups.some((group) => group.placement === undefined))
    return mapped.departments.map((path) => placeAt(mapping, mapped, path));
  const { departments } = assignDepartments(mapping.settings, mapped, placementsOf(groups, mapping.settings));
  return departments.flatMap((place) =>
    place.kind === "path" ? [placeAt(mapping, mapped, place.path)] : [],
  );
}

function placeAt(mapping: Mapping, mapped: PersonMapping, path: DepartmentPath): AttributeDepartment {
  const same = (other: DepartmentPath | undefined): boolean => JSON.stringify(path) === JSON.stringify(other);
  const stated = mapped.stated?.find((one) => same(one.path));
  const byPath = mapping.department(path, mapped.external).managers;
  const managers =
    byPath || stated?.managers.length
      ? [...new Set([...(byPath ?? []), ...(stated?.managers ?? [])])].sort()
      : undefined;
  return {
    path: levelsOf(mapping, path, mapped.external),
    main: same(mapped.mainDepartment),
    ...(managers ? { managers } : {}),
    ...(stated?.settings ? { settings: stated.settings } : {}),
  };
}

/** Pure. `facts.departments` are already those of `attributeDepartments`. */
export function assignmentsOf(
  settings: MappingSettings,
  mapped: PersonMapping,
  facts: PersonFacts,
): Assignments {
  const { groups } = facts;
  const placement = assignDepartments(settings, mapped, placementsOf(groups, settings));
  const wanted = new Set(
    placement.departments.flatMap((place) => (place.kind === "group" ? [place.groupId] : [])),
  );
  // A group may have made the department of a path external, or ours.
  const fitting = facts.departments.filter((department) => department.external === mapped.external);
  const notes: Note[] = [...placement.notes];
  if (fitting.length < facts.departments.length) notes.push(MIXED);

  const inGroups = groups.filter((group) => wanted.has(group.id));
  const reference = mapped.mainDepartmentReference;
  const mainGroup =
    reference === undefined
      ? undefined
      : inGroups.find((group) => isMeant(group, reference, settings.separator));
  const mainPath =
    reference === undefined
      ? undefined
      : fitting.find((department) => isPath(department, reference, settings.separator));
  if (reference !== undefined && !mainGroup && !mainPath) notes.push(NO_MAIN);
  const posts = withJobPositions(mapped, fitting, inGroups, settings.separator);
  notes.push(...posts.notes);
  const unplaced = groups.filter((group) => group.placement === undefined);
  const stuck = unplaced.filter((group) => group.state === "parked");
  const mistaken = groups.filter(({ noPlace }) => noPlace !== undefined && isMistake(noPlace));
  if (posts.departments.length > 0) notes.push(...mistaken.map(leftOut));
  return {
    departments: posts.departments,
    roles: groups.flatMap((group) => (group.role ? [group.role] : [])),
    main: mainGroup?.department ?? mainPath ?? fitting.find((department) => department.main),
    unknownGroups: unplaced.filter((group) => group.state !== "parked").map(({ id }) => id),
    stuckGroups: stuck.map(({ id }) => id),
    mistakenGroups: mistaken,
    notes: stuck.length > 0 ? [...notes, GROUP_WAITS] : notes,
  };
}

/**
 * Titles and orders in single departments. A department is found by the client's name for it, or else by the
 * rule that it comes from.
 */
function withJobPositions(
  mapped: PersonMapping,
  byAttributes: PersonFacts["departments"],
  byGroups: readonly GroupOfPerson[],
  separator: string,
): { readonly departments: readonly DepartmentAssignment[]; readonly notes: readonly Note[] } {
  const positions = mapped.positions ?? [];
  const used = new Set<string>();
  const post = (
    department: DepartmentReference,
    said: Pick<DepartmentAssignment, "title" | "order"> | undefined,
    isMeantBy: (reference: string) => boolean,
  ): DepartmentAssignment => {
    const position = positions.find(({ reference }) => isMeantBy(reference));
    if (position) used.add(position.reference);
    const title = position?.title ?? said?.title;
    const order = position?.order ?? said?.order;
    return {
      ...referenceTo(department),
      ...(title === undefined ? {} : { title }),
      ...(order === undefined ? {} : { order }),
    };
  };
  const departments = [
    ...byAttributes.map((department) => {
      const key = JSON.stringify(department.path);
      const said = mapped.stated?.find(({ path }) => JSON.stringify(path.map(fold)) === key);
      return post(department, said, (reference) => isPath(department, reference, separator));
    }),
    ...byGroups.flatMap((group) =>
      group.department
        ? [post(group.department, undefined, (reference) => isMeant(group, reference, separator))]
        : [],
    ),
  ];
  const missed = positions.filter(({ reference }) => !used.has(reference)).length;
  return { departments, notes: missed > 0 ? [notThere(missed)] : [] };
}

const referenceTo = ({
  id,
  remoteId,
  state,
  settings,
  undecided,
}: DepartmentReference): DepartmentReference => ({
  id,
  remoteId,
  state,
  ...(settings ? { settings } : {}),
  ...(undecided ? { undecided } : {}),
});

const notThere = (positions: number): Note => ({
  attribute: "positions",
  code: "notAMember",
  text: `${positions} of the positions ${positions === 1 ? "is" : "are"} in a department the person is not in`,
});

/** Only the department for leavers. */
export const parkedAssignments = (facts: PersonFacts): Assignments => ({
  departments: facts.departments.map(referenceTo),
  roles: [],
  main: facts.departments[0],
  unknownGroups: [],
  stuckGroups: [],
  mistakenGroups: [],
  notes: [],
});

const placementsOf = (groups: readonly GroupOfPerson[], settings: Pick<MappingSettings, "separator">) =>
  groups.map((group) => ({ id: group.id, placement: placementOf(group, settings) }));

/** The placement that the tree has stored for a group, with the path in the group's name. */
function placementOf(
  { placement, displayName, external }: GroupOfPerson,
  { separator }: Pick<MappingSettings, "separator">,
): GroupPlacement {
  switch (placement) {
    case "department":
      return {
        kind: "department",
        path: parsePath(displayName, separator),
        settings: {},
        external,
        notes: [],
      };
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

/** Whether a reference is the path of a department from attributes. */
const isPath = (
  { path }: { readonly path: readonly string[] },
  reference: string,
  separator: string,
): boolean => JSON.stringify(parsePath(fold(reference), fold(separator))) === JSON.stringify(path);

const leftOut = ({ id, displayName }: Pick<GroupOfPerson, "id" | "displayName">): Note => ({
  attribute: "departments",
  code: "notThere",
  text: `the group "${displayName}" of this person cannot become a department: see group ${id}`,
});

const GROUP_WAITS: Note = {
  attribute: "departments",
  code: "groupWaits",
  text: "a group of this person waits for the group above it, so its department is left out until then",
};
const MIXED: Note = {
  attribute: "departments",
  code: "mixedDepartment",
  text: "people of other organisations and our own are kept in separate departments, so one was left out",
};
const NO_MAIN: Note = {
  attribute: "mainDepartment",
  code: "notAMember",
  text: "the main department is none of the departments the person is in",
};

/**
 * Remote ids in a stable order. Stuck references are left out with a note; pending ones are added to
 * `waitFor`.
 */
export function remoteIds(
  references: readonly Reference[],
  what: string,
  waitFor: string[],
  notes: Note[],
): readonly string[] {
  const ids = new Set<string>();
  for (const { id, remoteId, state } of references) {
    if (remoteId !== undefined) ids.add(remoteId);
    else if (state !== "parked" && state !== "held") waitFor.push(id);
    else
      notes.push({
        attribute: `${what}s`,
        code: "notThere",
        text: `a ${what} of this person could not be made: see ${what} ${id}`,
      });
  }
  return [...ids].sort();
}
