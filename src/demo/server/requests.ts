import type { JsonObject, JsonValue } from "../../core/entity.ts";
import type { Person, Team } from "../company/company.ts";

/* The requests of Microsoft Entra ID, in the form in which Entra sends them (docs/clients.md 1.1). */

export interface ScimRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the SCIM root. */
  readonly path: string;
  readonly body?: JsonObject;
}

/**
 * A: the default, with capitalised operations and booleans as text. B: with `?aadOptscim062020` in the Tenant
 * URL (docs/clients.md 1.1).
 */
export type Dialect = "A" | "B";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ENTRA_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MANAGER = `${ENTERPRISE}:manager`;

const filtered = (path: string, filter: string): ScimRequest => ({
  method: "GET",
  path: `${path}filter=${encodeURIComponent(filter)}`,
});

export const testConnection = (nobody: string): ScimRequest => filtered("/Users?", `userName eq "${nobody}"`);
export const matchUser = (userName: string): ScimRequest => filtered("/Users?", `userName eq "${userName}"`);
export const matchTeam = (displayName: string): ScimRequest =>
  filtered("/Groups?excludedAttributes=members&", `displayName eq "${displayName}"`);
export const readUser = (id: string): ScimRequest => ({ method: "GET", path: `/Users/${id}` });
export const readTeam = (id: string): ScimRequest => ({
  method: "GET",
  path: `/Groups/${id}?excludedAttributes=members`,
});
export const hasManager = (id: string, manager: string): ScimRequest =>
  filtered("/Users?attributes=id&", `id eq "${id}" and manager eq "${manager}"`);

export const createUser = (person: Person): ScimRequest => ({
  method: "POST",
  path: "/Users",
  body: {
    schemas: [USER, ENTERPRISE],
    externalId: person.externalId,
    userName: person.userName,
    active: person.active,
    displayName: person.displayName,
    emails: [{ primary: true, type: "work", value: person.email }],
    meta: { resourceType: "User" },
    name: { formatted: person.displayName, familyName: person.familyName, givenName: person.givenName },
    phoneNumbers: [
      { type: "mobile", value: person.mobile },
      ...(person.workPhone === undefined ? [] : [{ type: "work", value: person.workPhone }]),
    ],
    roles: [],
    title: person.title,
    [ENTERPRISE]: { employeeNumber: person.employeeNumber, department: person.department },
  },
});

export const createTeam = ({ externalId, displayName }: Team): ScimRequest => ({
  method: "POST",
  path: "/Groups",
  body: { schemas: [GROUP, ENTRA_GROUP], externalId, displayName, meta: { resourceType: "Group" } },
});

/** Values by attribute path. Undefined removes the attribute. */
export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/**
 * The attributes of a person that Entra's attribute mapping sends, by the paths of PATCH. The manager is a
 * reference, sent in a separate request.
 */
export const attributesOf = (person: Person): Attributes => ({
  externalId: person.externalId,
  active: person.active,
  displayName: person.displayName,
  title: person.title,
  "name.givenName": person.givenName,
  "name.familyName": person.familyName,
  "name.formatted": person.displayName,
  'emails[type eq "work"].value': person.email,
  'phoneNumbers[type eq "mobile"].value': person.mobile,
  'phoneNumbers[type eq "work"].value': person.workPhone,
  [`${ENTERPRISE}:employeeNumber`]: person.employeeNumber,
  [`${ENTERPRISE}:department`]: person.department,
});

export const patchUser = (id: string, attributes: Attributes, dialect: Dialect): ScimRequest =>
  patch(`/Users/${id}`, dialect === "A" ? verbose(attributes) : compact(attributes));

export function patchManager(id: string, manager: string | undefined, dialect: Dialect): ScimRequest {
  if (manager === undefined)
    return patch(`/Users/${id}`, [{ op: dialect === "A" ? "Remove" : "remove", path: MANAGER }]);
  return patch(`/Users/${id}`, [
    dialect === "A"
      ? { op: "Replace", path: MANAGER, value: manager }
      : { op: "replace", value: { [MANAGER]: manager } },
  ]);
}

export const renameTeam = (id: string, displayName: string, dialect: Dialect): ScimRequest =>
  patch(`/Groups/${id}`, [
    dialect === "A"
      ? { op: "Replace", path: "displayName", value: displayName }
      : { op: "replace", value: { displayName } },
  ]);

export const addMembers = (id: string, members: readonly string[], dialect: Dialect): ScimRequest =>
  patch(`/Groups/${id}`, [
    { op: dialect === "A" ? "Add" : "add", path: "members", value: members.map((value) => ({ value })) },
  ]);

export const removeMembers = (id: string, members: readonly string[], dialect: Dialect): ScimRequest =>
  patch(
    `/Groups/${id}`,
    dialect === "A"
      ? [{ op: "Remove", path: "members", value: members.map((value) => ({ $ref: null, value })) }]
      : members.map((value) => ({ op: "remove", path: `members[value eq "${value}"]` })),
  );

export const deleteUser = (id: string): ScimRequest => ({ method: "DELETE", path: `/Users/${id}` });
export const deleteTeam = (id: string): ScimRequest => ({ method: "DELETE", path: `/Groups/${id}` });

const patch = (path: string, operations: readonly JsonObject[]): ScimRequest => ({
  method: "PATCH",
  path,
  body: { schemas: [PATCH_OP], Operations: operations },
});

const verbose = (attributes: Attributes): readonly JsonObject[] =>
  Object.entries(attributes).map(([path, value]) => {
    if (value === undefined) return { op: "Remove", path };
    return { op: "Replace", path, value: typeof value === "boolean" ? (value ? "True" : "False") : value };
  });

function compact(attributes: Attributes): readonly JsonObject[] {
  const entries = Object.entries(attributes);
  const value = Object.fromEntries(
    entries.filter((entry): entry is [string, string | boolean] => entry[1] !== undefined),
  );
  const removed = entries
    .filter(([, each]) => each === undefined)
    .map(([path]): JsonObject => ({ op: "remove", path }));
  return [
    ...(Object.keys(value).length > 0 ? [{ op: "replace", value } satisfies Record<string, JsonValue>] : []),
    ...removed,
  ];
}
