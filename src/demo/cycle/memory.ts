import type { JsonObject } from "../../core/entity.ts";
import { type Company, managerIn, type Person, type Team } from "../company/company.ts";
import { type Directory, object, objects, text, typed } from "../server/directory.ts";
import { type Attributes, attributesOf, ENTERPRISE } from "../server/requests.ts";

/** What the source directory remembers about the objects that it has provisioned, by its object ids. */
export interface Memory {
  readonly users: Map<string, KnownUser>;
  readonly teams: Map<string, KnownTeam>;
}

export interface KnownUser {
  readonly id: string;
  readonly attributes: Attributes;
  /** `externalId` of the manager. */
  readonly managerId: string | undefined;
}

export interface KnownTeam {
  readonly id: string;
  readonly displayName: string;
  readonly members: ReadonlySet<string>;
}

/**
 * The given people and teams as the server's directory has them. Finds them by object id, else by name as a
 * matching request does.
 */
export function remember(directory: Directory, company: Company): Memory {
  const users = finder(directory.users, "userName");
  const groups = finder(directory.groups, "displayName");
  const found = company.people.flatMap((person) => {
    const user = users(person.externalId, person.userName);
    return user ? [{ person, user }] : [];
  });
  const personById = new Map(found.map(({ person, user }) => [text(user.id), person.externalId]));
  return {
    users: new Map(found.map(({ person, user }) => [person.externalId, userIn(user, personById)])),
    teams: new Map(
      company.teams.flatMap((team) => {
        const group = groups(team.externalId, team.displayName);
        return group ? [[team.externalId, teamIn(group, personById)] as const] : [];
      }),
    ),
  };
}

function finder(resources: readonly JsonObject[], nameAttribute: string) {
  const byObjectId = new Map(resources.map((resource) => [text(resource.externalId), resource]));
  const byName = new Map(
    resources.map((resource) => [text(resource[nameAttribute]).toLowerCase(), resource]),
  );
  return (objectId: string, name: string) => byObjectId.get(objectId) ?? byName.get(name.toLowerCase());
}

function teamIn(group: JsonObject, personById: ReadonlyMap<string, string>): KnownTeam {
  const members = objects(group.members).flatMap((member) => personById.get(text(member.value)) ?? []);
  return { id: text(group.id), displayName: text(group.displayName), members: new Set(members) };
}

function userIn(user: JsonObject, personById: ReadonlyMap<string, string>): KnownUser {
  return {
    id: text(user.id),
    attributes: attributesIn(user),
    managerId: personById.get(text(object(object(user[ENTERPRISE]).manager).value)),
  };
}

/** The attributes of a SCIM user, with the same paths as `attributesOf` a person. */
export function attributesIn(user: JsonObject): Attributes {
  const name = object(user.name);
  const enterprise = object(user[ENTERPRISE]);
  return {
    externalId: text(user.externalId) || undefined,
    active: user.active !== false,
    displayName: text(user.displayName) || undefined,
    title: text(user.title) || undefined,
    "name.givenName": text(name.givenName) || undefined,
    "name.familyName": text(name.familyName) || undefined,
    "name.formatted": text(name.formatted) || undefined,
    'emails[type eq "work"].value': typed(user.emails, "work") || undefined,
    'phoneNumbers[type eq "mobile"].value': typed(user.phoneNumbers, "mobile") || undefined,
    'phoneNumbers[type eq "work"].value': typed(user.phoneNumbers, "work") || undefined,
    [`${ENTERPRISE}:employeeNumber`]: text(enterprise.employeeNumber) || undefined,
    [`${ENTERPRISE}:department`]: text(enterprise.department) || undefined,
  };
}

/** The attributes of `wanted` that differ from `known`. */
export function attributesToSend(known: Attributes, wanted: Attributes): Attributes {
  return Object.fromEntries(Object.entries(wanted).filter(([path, value]) => known[path] !== value));
}

/** Differences between the directory and the company, in words. */
export function lacks(memory: Memory, company: Company): readonly string[] {
  return [
    ...company.people.flatMap((person) => lacksOfPerson(memory, company, person)),
    ...company.teams.flatMap((team) => lacksOfTeam(memory, team)),
  ];
}

function lacksOfPerson(memory: Memory, company: Company, person: Person): readonly string[] {
  const known = memory.users.get(person.externalId);
  if (!known) return [`user ${person.userName} is not in the directory`];
  const differing = Object.keys(attributesToSend(known.attributes, attributesOf(person)));
  const manager = known.managerId === managerIn(company, person) ? [] : ["manager"];
  return [...differing, ...manager].map(
    (path) => `${path} of user ${person.userName} is not the value that was sent`,
  );
}

function lacksOfTeam(memory: Memory, { externalId, displayName, members }: Team): readonly string[] {
  const known = memory.teams.get(externalId);
  if (!known) return [`group ${displayName} is not in the directory`];
  if (known.displayName !== displayName)
    return [`group ${displayName} has the name ${known.displayName} in the directory`];
  const missing = members.filter((member) => !known.members.has(member)).length;
  const extra = known.members.size - members.length + missing;
  return [
    ...(missing > 0 ? [`${missing} members of group ${displayName} are missing`] : []),
    ...(extra > 0 ? [`group ${displayName} has ${extra} extra members`] : []),
  ];
}
