import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import type {
  DepartmentFacts,
  DepartmentReference,
  GroupOfPerson,
  Invitation,
  Link,
  Manager,
  PersonFacts,
  Reference,
} from "../../reconcile/facts.ts";
import type { Actual, Attributes } from "../../reconcile/target-values.ts";
import { managersOf } from "./department-managers.ts";

/* Converts rows of statements.ts to facts. */

export interface LinkRow {
  status: Link["status"] | null;
  remote_id: string | null;
  attributes: string | null;
  unshown: string | null;
  presence: Actual["presence"] | null;
  invitation: string | null;
  adopted: boolean | null;
  fresh: boolean | null;
  strangers: boolean | null;
  grace_since: Date | null;
  grace_until: Date | null;
  grace_counted: boolean | null;
  grace_ended: boolean | null;
}

export interface ReferenceJson {
  id: string;
  remoteId: string | null;
  state: Reference["state"] | null;
}

export const parsed = <T>(text: string | null): T | undefined =>
  text === null ? undefined : (JSON.parse(text) as T);

export function linkOf({
  status,
  remote_id: remoteId,
  attributes,
  unshown,
  presence,
  invitation,
  ...row
}: LinkRow): Link | undefined {
  if (status === null) return undefined;
  return {
    status,
    remoteId: remoteId ?? undefined,
    observed:
      attributes !== null && presence !== null
        ? { attributes: JSON.parse(attributes) as Attributes, presence }
        : undefined,
    ...(unshown === null ? {} : { remembered: JSON.parse(unshown) as Attributes }),
    ...(status === "intended" && invitation !== null
      ? { invitation: JSON.parse(invitation) as Invitation }
      : {}),
    ...(row.adopted ? { adopted: { fresh: row.fresh === true, strangers: row.strangers === true } } : {}),
    ...(row.grace_since && row.grace_until
      ? {
          grace: {
            since: row.grace_since,
            until: row.grace_until,
            counted: row.grace_counted === true,
            ended: row.grace_ended === true,
          },
        }
      : {}),
  };
}

export const referenceOf = (json: ReferenceJson): Reference => ({
  id: json.id,
  remoteId: json.remoteId ?? undefined,
  state: json.state ?? undefined,
});

interface DepartmentJson extends ReferenceJson {
  absent: { settings: Attributes[]; undecided: boolean } | null;
}

const departmentOf = (json: DepartmentJson): DepartmentReference => ({
  ...referenceOf(json),
  ...(json.absent ? { settings: json.absent.settings } : {}),
  ...(json.absent?.undecided ? { undecided: true } : {}),
});

export interface ManagerJson {
  reference: string;
  person:
    | (ReferenceJson & {
        active: boolean;
        several: boolean;
        coming: boolean | null;
        undecided: boolean | null;
      })
    | null;
}

export const managerOf = ({ reference, person }: ManagerJson): Manager => ({
  reference,
  person: person
    ? {
        ...referenceOf(person),
        active: person.active,
        several: person.several,
        ...(person.coming ? { coming: true } : {}),
        ...(person.undecided ? { undecided: true } : {}),
      }
    : undefined,
});

export interface PersonRow extends LinkRow, pg.QueryResultRow {
  id: string;
  source_id: string | null;
  document: string | null;
  groups: string | null;
  departments: string | null;
  settling: string | null;
  manager: string | null;
  undecided: boolean | null;
  join_open: boolean | null;
  restoring: string | null;
}

export interface DepartmentRow extends LinkRow, pg.QueryResultRow {
  id: string;
  name: string | null;
  settings: string;
  external: boolean;
  present: boolean;
  managed: boolean;
  ordinal: number;
  settles_ms: number | null;
  namesake: string | null;
  managers: string | null;
  leaving: string | null;
  parent: string | null;
  undecided: boolean | null;
  occupied: boolean;
}

export interface RoleRow extends LinkRow, pg.QueryResultRow {
  id: string;
  name: string | null;
  occupied: boolean;
}

type GroupJson = Pick<GroupOfPerson, "id" | "displayName"> & {
  placement: GroupOfPerson["placement"] | null;
  state: Reference["state"] | null;
  noPlace: string | null;
  department: DepartmentJson | null;
  externalId: string | null;
  external: boolean | null;
  role: ReferenceJson | null;
};

export function personOf(row: PersonRow): PersonFacts {
  const managerJson = parsed<ManagerJson>(row.manager);
  return {
    sourceId: row.source_id ?? undefined,
    document: row.document === null ? undefined : { id: row.id, ...(JSON.parse(row.document) as JsonObject) },
    link: linkOf(row),
    groups: (parsed<GroupJson[]>(row.groups) ?? []).map((group) => ({
      id: group.id,
      displayName: group.displayName,
      externalId: group.externalId ?? undefined,
      placement: group.placement ?? undefined,
      state: group.state ?? undefined,
      noPlace: group.noPlace ?? undefined,
      department: group.department ? departmentOf(group.department) : undefined,
      external: group.external ?? false,
      role: group.role ? referenceOf(group.role) : undefined,
    })),
    departments: (
      parsed<{ department: DepartmentJson; main: boolean; external: boolean; path: string[] }[]>(
        row.departments,
      ) ?? []
    ).map(({ department, main, external, path }) => ({
      ...departmentOf(department),
      main,
      external,
      path,
    })),
    manager: managerJson && managerOf(managerJson),
    ...(row.undecided ? { undecided: true } : {}),
    ...(row.join_open ? { joinOpen: true } : {}),
    ...(row.restoring === null ? {} : { restoring: JSON.parse(row.restoring) as Attributes }),
    ...(row.settling === null
      ? {}
      : { settling: JSON.parse(row.settling) as NonNullable<PersonFacts["settling"]> }),
  };
}

export const documentOf = (id: string, document: string | null): JsonObject | undefined =>
  document === null ? undefined : { id, ...(JSON.parse(document) as JsonObject) };

export function departmentFactsOf(row: DepartmentRow): DepartmentFacts {
  const parent = parsed<ReferenceJson>(row.parent);
  const node =
    row.name === null
      ? undefined
      : {
          name: row.name,
          settings: JSON.parse(row.settings) as Attributes,
          external: row.external,
          present: row.present,
          parent: parent && referenceOf(parent),
          managed: row.managed,
          ordinal: row.ordinal,
          settlesInMs: row.settles_ms ?? undefined,
          namesake: parsed<{ id: string; name: string }>(row.namesake),
          ...managersOf(row.managers, row.leaving),
        };
  return { node, link: linkOf(row), occupied: row.occupied, ...(row.undecided ? { undecided: true } : {}) };
}
