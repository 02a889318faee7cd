import assert from "node:assert/strict";
import { type Answer, ENTERPRISE, GROUP, message, type Resource, type ScimClient, USER } from "./client.ts";

/*
 * The requests and assertions of the Postman collection that Microsoft publishes for SCIM endpoints
 * (AzureAD/SCIMReferenceCode, PostmanCollection.json), in its order. They are rewritten: addresses, forms of
 * values and expectations are the same, bodies are new. The source must have no people, and has none
 * afterwards.
 */

/** Ids of resources of earlier steps, by the names that the collection uses. */
type Made = Record<string, string>;

interface Step {
  readonly name: string;
  readonly method?: string;
  readonly path: string | ((made: Made) => string);
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: (made: Made) => unknown;
  /** Body to send unchanged, instead of JSON. */
  readonly raw?: string;
  readonly keep?: string;
  readonly status?: number;
  readonly checks?: Readonly<Record<string, (answer: Answer, made: Made) => void>>;
}

export interface Assertion {
  readonly name: string;
  readonly problem?: string;
}

export async function runMicrosoftCollection(scim: ScimClient): Promise<readonly Assertion[]> {
  const made: Made = {};
  const assertions: Assertion[] = [];
  for (const step of STEPS) {
    const path = typeof step.path === "string" ? step.path : step.path(made);
    const answer = await scim.send(step.method ?? "GET", path, step.body?.(made), {
      headers: { "content-type": "application/json" },
      ...(step.query === undefined ? {} : { query: step.query }),
      ...(step.raw === undefined ? {} : { raw: step.raw }),
    });
    if (step.keep !== undefined) made[step.keep] = answer.body.id;
    const { status } = step;
    const checks = {
      ...(status === undefined
        ? {}
        : { [`status ${status}`]: (one: Answer) => assert.equal(one.status, status) }),
      ...step.checks,
    };
    for (const [name, check] of Object.entries(checks))
      assertions.push(outcome(`${step.name}: ${name}`, () => check(answer, made)));
  }
  return assertions;
}

function outcome(name: string, check: () => void): Assertion {
  try {
    check();
    return { name };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  }
}

/* ---- Requests of the collection ---- */

const guid = (): string =>
  `22fbc523-6032-4c5f-939d-${Math.random().toString(16).slice(2, 14).padEnd(12, "0")}`;

/**
 * A body like most of the collection: unusual letter case of attributes, text instead of a boolean, empty
 * values and null.
 */
const simple =
  (userName: string, more: Resource = {}) =>
  (): Resource => ({
    schemas: [ENTERPRISE, USER],
    userName,
    active: true,
    displayName: "BobIsAmazing",
    externalId: guid(),
    name: { formatted: "Lee Na", familyName: "Na", givenName: "Lee" },
    emails: [
      { Primary: true, type: "work", value: "lee@example.net" },
      { Primary: false, type: "home", value: "home@example.net" },
    ],
    ...more,
  });

/** The full bodies all have the same externalId. */
const full =
  (userName: string | undefined, more: Resource = {}) =>
  (): Resource => ({
    ...(userName === undefined ? {} : { userName }),
    schemas: [USER],
    active: true,
    addresses: [
      {
        country: "Bermuda",
        formatted: "1 Front Street\nHamilton",
        locality: "Hamilton",
        postalCode: "99265",
        type: "work",
        primary: false,
      },
      {
        country: null,
        formatted: "2 Front Street",
        locality: null,
        postalCode: null,
        region: null,
        streetAddress: null,
        type: "other",
        primary: false,
      },
    ],
    displayName: "Kim Baker",
    emails: [
      { type: "work", primary: true, value: "anna@mail.example.net" },
      { type: "work", primary: false, value: "anna@example.com" },
    ],
    meta: {
      created: "2019-09-18T18:15:26.5788954+00:00",
      lastModified: "2019-09-18T18:15:26.5788976+00:00",
      resourceType: "User",
    },
    name: {
      formatted: "Dan Mac",
      familyName: "Employee",
      givenName: "Dan",
      honorificPrefix: null,
      honorificSuffix: null,
    },
    phoneNumbers: [
      { type: "fax", primary: false, value: "312-320-0500" },
      { type: "work", primary: true, value: "312-320-0932" },
    ],
    preferredLanguage: "xh",
    roles: [],
    title: "Site engineer",
    externalId: "22fbc523-6032-4c5f-939d-5d4850cf3e52",
    ...more,
  });

const german = {
  active: false,
  name: { familyName: "OMalley", givenName: "Dan" },
  addresses: [{ country: "Germany", formatted: "3", type: "work" }],
};
const patchOp = (...Operations: readonly Resource[]) => ({ schemas: [message("PatchOp")], Operations });
const group = (displayName: string, members?: readonly Resource[]): Resource => ({
  schemas: [GROUP],
  externalId: guid(),
  displayName,
  ...(members === undefined ? {} : { members }),
});

/* ---- Expectations of the collection ---- */

const same = (name: string, expected: unknown) => (answer: Answer) =>
  assert.deepEqual(answer.body[name], expected);
const isId = (key: string) => (answer: Answer, made: Made) => assert.equal(answer.body.id, made[key]);
const holds = (text: string) => (answer: Answer) => assert.ok(answer.text.includes(text), `no ${text}`);
const holdsNo = (text: string) => (answer: Answer) => assert.ok(!answer.text.includes(text), `has ${text}`);
const holdsId = (key: string) => (answer: Answer, made: Made) =>
  assert.ok(answer.text.includes(made[key]!), `no ${key}`);
const total = (count: number) => ({ "total results": same("totalResults", count) });

const user = (key: string) => (made: Made) => `/Users/${made[key]}`;
const groupAt = (key: string) => (made: Made) => `/Groups/${made[key]}`;
const removed = (name: string, path: Step["path"]): Step => ({ name, method: "DELETE", path, status: 204 });
const exists: Omit<Step, "name"> = {
  method: "POST",
  path: "/Users",
  body: full("emp3"),
  status: 409,
  checks: { detail: holds("detail") },
};

const ENDPOINTS: readonly Step[] = [
  { name: "Get Token", path: "/Token", status: 200 },
  { name: "Get empty Users", path: "/users", status: 200 },
  { name: "Get empty Groups", path: "/Groups", status: 200 },
  {
    name: "Get ResourceTypes",
    path: "/ResourceTypes",
    status: 200,
    checks: { "user endpoint": ({ body }) => assert.equal(body.Resources[0].endpoint, "/Users") },
  },
  {
    name: "Get ServiceProviderConfig",
    path: "/ServiceProviderConfig",
    status: 200,
    checks: { patch: ({ body }) => assert.equal(body.patch.supported, true) },
  },
  { name: "Get Schemas", path: "/Schemas", status: 200, checks: { "User Account": holds("User Account") } },
];

const USERS: readonly Step[] = [
  {
    name: "Post User",
    method: "POST",
    path: "/Users",
    body: simple("UserName123", { schemas: [USER] }),
    keep: "id1",
    status: 201,
  },
  {
    name: "Post EnterpriseUser",
    method: "POST",
    path: "/Users",
    body: simple("UserName222", { [ENTERPRISE]: { Department: "bob", Manager: { Value: "SuzzyQ" } } }),
    keep: "id2",
    status: 201,
  },
  { name: "Get user1", path: user("id1"), status: 200, checks: { id: isId("id1") } },
  { name: "Get user2", path: user("id2"), status: 200, checks: { id: isId("id2") } },
  {
    name: "Get User Attributes",
    path: "/Users",
    query: { attributes: "userName,emails" },
    status: 200,
    checks: { id1: holdsId("id1") },
  },
  {
    name: "Get User Filters",
    path: "/Users/",
    query: { filter: 'DisplayName eq "BobIsAmazing"' },
    checks: { id1: holdsId("id1") },
  },
  {
    name: "patch user1",
    method: "PATCH",
    path: user("id1"),
    body: () => patchOp({ op: "replace", path: "userName", value: "ryan3" }),
  },
  {
    name: "Get User1 Check Patch",
    path: user("id1"),
    status: 200,
    checks: { id: isId("id1"), userName: same("userName", "ryan3") },
  },
  {
    name: "User 2 replace test",
    method: "PUT",
    path: user("id2"),
    body: ({ id2 }) => simple("UserNameReplace2", { id: id2, name: { formatted: "NewName" } })(),
    status: 200,
  },
  {
    name: "Get user2 Check replace",
    path: user("id2"),
    status: 200,
    checks: { name: ({ body }) => assert.equal(body.name.formatted, "NewName") },
  },
  removed("Delete user1", user("id1")),
  removed("Delete user2", user("id2")),
];

const addUser4: Omit<Step, "name"> = {
  method: "PATCH",
  path: groupAt("groupid"),
  body: ({ id4 }) =>
    patchOp({
      name: "addMember",
      op: "add",
      path: "members",
      value: [{ displayName: "new User", value: id4 }],
    }),
};

const GROUPS: readonly Step[] = [
  {
    name: "Create empty group",
    method: "POST",
    path: "/Groups",
    body: () => group("Group1DisplayName", []),
    keep: "groupid",
    status: 201,
  },
  {
    name: "create user for group 2",
    method: "POST",
    path: "/Users",
    body: simple("UserName333"),
    keep: "id3",
    status: 201,
  },
  {
    name: "Create user 4 for group 2",
    method: "POST",
    path: "/Users",
    body: simple("UserName444"),
    keep: "id4",
    status: 201,
  },
  {
    name: "Create filled group 2",
    method: "POST",
    path: "/Groups",
    body: ({ id3 }) => group("GroupDisplayName2", [{ value: id3, display: "VP" }]),
    keep: "groupid2",
    status: 201,
  },
  { name: "Get Groups", path: "/Groups", status: 200 },
  {
    name: "Create group 3",
    method: "POST",
    path: "/Groups",
    body: () => group("GroupDisplayName3", []),
    keep: "groupid3",
    status: 201,
  },
  {
    name: "Put replace group3",
    method: "PUT",
    path: groupAt("groupid3"),
    body: ({ groupid3, id3, id4 }) => ({
      schemas: [GROUP],
      id: groupid3,
      displayName: "putName",
      members: [
        { value: id3, display: "VP" },
        { value: id4, display: "SenorVP" },
      ],
    }),
    status: 200,
  },
  {
    name: "Validate group 3",
    path: groupAt("groupid3"),
    status: 200,
    checks: { id: isId("groupid3"), "user id3": holdsId("id3") },
  },
  { name: "Patch add user4 to group1", ...addUser4 },
  {
    name: "Patch remove user4 to group1",
    method: "PATCH",
    path: groupAt("groupid"),
    body: ({ id4 }) => patchOp({ op: "remove", path: `members[value eq "${id4}"]` }),
  },
  { name: "Patch add user4 to group1 again", ...addUser4 },
  {
    name: "Get group by id",
    path: groupAt("groupid"),
    status: 200,
    checks: { id: isId("groupid"), "display as sent": holds("new User") },
  },
  {
    name: "Patch remove all users",
    method: "PATCH",
    path: groupAt("groupid"),
    body: () => patchOp({ op: "remove", path: "members" }),
  },
  {
    name: "Get emptied group",
    path: groupAt("groupid"),
    status: 200,
    checks: { id: isId("groupid"), "no user": holdsNo("new User") },
  },
  removed("Delete user id3", user("id3")),
  removed("Delete user id4", user("id4")),
  removed("Delete group 1", groupAt("groupid")),
  removed("Delete group 2", groupAt("groupid2")),
  removed("Delete group 3", groupAt("groupid3")),
];

const COMPLEX: readonly Step[] = [
  {
    name: "create user1",
    method: "POST",
    path: "/Users",
    body: simple("UserName111", { emails: [{ Primary: true, type: "work", value: "emailName357" }] }),
    keep: "id1",
    status: 201,
  },
  {
    name: "create user2",
    method: "POST",
    path: "/Users",
    body: simple("UserName222"),
    keep: "id2",
    status: 201,
  },
  {
    name: "Get user attributes",
    path: "/Users",
    query: { attributes: 'emails[type eq "work"]' },
    status: 200,
    checks: { email: holds("emailName357") },
  },
  {
    name: "Get user via attributes filter",
    path: "/Users",
    query: { attributes: 'emails[value eq "emailName357"]' },
    status: 200,
    checks: { email: holds("emailName357") },
  },
  removed("Delete User1", user("id1")),
  removed("Delete User2", user("id2")),
];

const GARBAGE: readonly Step[] = [
  {
    name: "Post user OMalley",
    method: "POST",
    path: "/Users",
    body: full("OMalley", { name: { familyName: "OMalley" } }),
    keep: "1st",
    status: 201,
    checks: { userName: same("userName", "OMalley"), active: same("active", true) },
  },
  {
    name: 'Post emp1 with string "True"',
    method: "POST",
    path: "/Users",
    body: full("emp1", { active: "True" }),
    keep: "2nd",
    status: 201,
    checks: { active: same("active", true) },
  },
  { name: "Get all users", path: "/Users", status: 200, checks: { ...total(2), OMalley: holds("OMalley") } },
  { name: "Post emp2", method: "POST", path: "/Users", body: full("emp2"), keep: "3rd", status: 201 },
  { name: "Post emp3", method: "POST", path: "/Users", body: full("emp3"), keep: "4th", status: 201 },
  { name: "Post no username", method: "POST", path: "/Users", body: full(undefined), status: 400 },
  {
    name: "Post junk",
    method: "POST",
    path: "/Users",
    raw: '{ "acve": tre, "adadfdresses": [ { "locality": null, les": [] }',
    status: 400,
  },
  { name: "Post emp3 exists", ...exists },
  { name: "Post emp3 exists try again", ...exists },
  {
    name: "Put a user no username",
    method: "PUT",
    path: user("1st"),
    body: full(undefined, { userame: "OMalley", ...german }),
    status: 400,
  },
  {
    name: "Put a user misspelled attribute",
    method: "PUT",
    path: user("1st"),
    body: full("OMalley", { ...german, adreses: german.addresses }),
    status: 200,
    checks: { "no Addresses": holdsNo("Addresses") },
  },
  {
    name: "Post enterprise user",
    method: "POST",
    path: "/Users",
    body: full("enterprise", {
      schemas: [USER, ENTERPRISE],
      [ENTERPRISE]: { Department: "some department" },
    }),
    keep: "5th",
    status: 201,
  },
  {
    name: "Patch user omalley new username",
    method: "PATCH",
    path: user("1st"),
    body: () => patchOp({ op: "Replace", path: "userName", value: "newusername" }),
    status: 204,
  },
  {
    name: "patch user omalley active with boolean",
    method: "PATCH",
    path: user("1st"),
    body: () => patchOp({ op: "Replace", path: "active", value: false }),
    status: 204,
  },
  {
    name: "get user1",
    path: user("1st"),
    checks: { userName: same("userName", "newusername"), active: same("active", false) },
  },
  {
    name: "Put a user OMalley",
    method: "PUT",
    path: user("1st"),
    body: full("OMalley", german),
    status: 200,
    checks: {
      userName: same("userName", "OMalley"),
      active: same("active", false),
      Germany: holds("Germany"),
    },
  },
  {
    name: "Paginate",
    path: "/Users",
    query: { startIndex: 1, count: 2 },
    checks: { ...total(5), "items per page": same("itemsPerPage", 2) },
  },
  { name: "get user attributes", path: "/Users", query: { attributes: "userName,emails" }, checks: total(5) },
  { name: "Post emp3 exists once more", ...exists },
  {
    name: "filter eq and (val or val)",
    path: "/Users",
    query: {
      filter: "name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)",
    },
    checks: total(4),
  },
  { name: "filter starts with", path: "/Users", query: { filter: "userName sw O" }, checks: total(1) },
  {
    name: "filter greater than",
    path: "/Users",
    query: { filter: "meta.Created gt 2015-10-10T14:38:21.8617979-07:00" },
    checks: total(5),
  },
];

const addNobody = (value: string): Omit<Step, "name"> => ({
  method: "PATCH",
  path: groupAt("1stgroup"),
  body: (made) => ({ id: made["1stgroup"], ...patchOp({ op: "add", path: "members", value }) }),
  status: 204,
});

const GROUP_GARBAGE: readonly Step[] = [
  {
    name: "Post group",
    method: "POST",
    path: "/Groups",
    body: () => group("Group 1"),
    keep: "1stgroup",
    status: 201,
  },
  { name: "Group patch add member", ...addNobody("string id 1") },
  { name: "Group patch add member2", ...addNobody("string id 2") },
  { name: "Get group", path: groupAt("1stgroup"), status: 200 },
  {
    name: "Get group exclude members",
    path: groupAt("1stgroup"),
    query: { excludedAttributes: "members" },
    status: 200,
  },
  {
    name: "group put",
    method: "PUT",
    path: groupAt("1stgroup"),
    body: (made) => ({ id: made["1stgroup"], ...group("Tiffany Ortiz") }),
    status: 200,
    checks: { name: same("displayName", "Tiffany Ortiz") },
  },
  ...["1st", "2nd", "3rd", "4th", "5th"].map((key) => removed(`Delete user ${key}`, user(key))),
  removed("Delete group 1", groupAt("1stgroup")),
  {
    name: "Get all users at the end",
    path: "/Users",
    query: { attributes: "userName" },
    status: 200,
    checks: { "users cleared": same("Resources", []) },
  },
];

const STEPS: readonly Step[] = [...ENDPOINTS, ...USERS, ...GROUPS, ...COMPLEX, ...GARBAGE, ...GROUP_GARBAGE];
