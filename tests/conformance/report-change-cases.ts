import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, message, type Resource, USER } from "./client.ts";

/* Changes, groups, bulk jobs and races from bug reports of other SCIM servers and clients, in the form of report-create-cases.ts. */

type Refusal = readonly [status: number, scimType: string];

const BADGE = "urn:example:params:scim:schemas:extension:badge:2.0:User";

type PatchRow = readonly [name: string, before: Resource, operations: readonly Resource[], expected: Resource | Refusal];

const mails = [
  { value: "chuck@example.com", type: "work", primary: true },
  { value: "1234@example.com", type: "home" },
  { value: "blob@example.test" },
];

const PATCHES: readonly PatchRow[] = [
  [
    "apache/directory-scimple #704: a dot between schema and attribute",
    {},
    [
      { op: "replace", path: `${ENTERPRISE}.employeeNumber`, value: "56789" },
      { op: "replace", path: `${ENTERPRISE}.manager`, value: { value: "26118915" } },
    ],
    { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { employeeNumber: "56789", manager: { value: "26118915" } } },
  ],
  [
    "AzureAD/SCIMReferenceCode, obsolete schema prefixes: the draft's name and a dot",
    {},
    [{ op: "Add", path: "urn:scim:schemas:extension:enterprise:1.0.manager", value: "26118915" }],
    { [ENTERPRISE]: { manager: { value: "26118915" } } },
  ],
  [
    "thomaspoignant/scim-patch #161: dots in the value of the filter",
    { emails: mails },
    [{ op: "replace", path: 'emails[value eq "chuck@example.com"].value', value: "spiderman.clark@example.com" }],
    { emails: [{ value: "spiderman.clark@example.com", primary: true }, mails[1], mails[2]] },
  ],
  [
    "thomaspoignant/scim-patch #161: the value of the filter in single quotes",
    { emails: mails },
    [{ op: "remove", path: "emails[value eq 'chuck@example.com']" }],
    { emails: [mails[1], mails[2]] },
  ],
  [
    "lightdash/lightdash #18243: a colon in the value of the filter",
    { roles: [{ value: "3675b69e-8324-4110-bdca-059031aa8da3:admin" }, { value: "viewer" }] },
    [{ op: "remove", path: 'roles[value eq "3675b69e-8324-4110-bdca-059031aa8da3:admin"]' }],
    { roles: [{ value: "viewer" }] },
  ],
  [
    "pingidentity/scim2 #135, #213: several parts of an address that does not exist yet",
    {},
    ["country", "locality", "formatted"].map((name) => ({ op: "add", path: `addresses[type eq "work"].${name}`, value: "Australia" })),
    { addresses: [{ type: "work", country: "Australia", locality: "Australia", formatted: "Australia" }] },
  ],
  [
    "pond/scimitar #123: add without path, with dotted names",
    { name: { givenName: "Old", middleName: "M" } },
    [{ op: "add", value: { title: "Clerk", "name.givenName": "Foo", "name.familyName": "Bar", "name.formatted": "Foo Bar" } }],
    { title: "Clerk", name: { givenName: "Foo", middleName: "M", familyName: "Bar", formatted: "Foo Bar" }, "name.givenName": undefined },
  ],
  [
    "pingidentity/scim2 #104: an attribute of an extension whose values were null",
    { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: null, manager: null } },
    [{ op: "add", path: `${ENTERPRISE}:department`, value: "bla" }],
    { [ENTERPRISE]: { department: "bla" } },
  ],
  [
    "Captain-P-Goldfish/SCIM-SDK #201: a selected value is replaced by JSON text, the others stay",
    { emails: mails },
    [
      {
        op: "replace",
        path: 'emails[value eq "chuck@example.com"]',
        value: '{"type":"business","primary":false,"display":"x","value":"test@example.test","$ref":"ref"}',
      },
    ],
    { emails: [{ value: "test@example.test", type: "business", primary: false, display: "x" }, mails[1], mails[2]] },
  ],
  [
    "Captain-P-Goldfish/SCIM-SDK #516: roles as JSON text stay text",
    {},
    [{ op: "Add", path: "roles", value: [{ value: '{"id":"827f","value":"Admin"}' }, { value: '{"id":"8ae0","value":"Buyer"}' }] }],
    { roles: [{ value: '{"id":"827f","value":"Admin"}' }, { value: '{"id":"8ae0","value":"Buyer"}' }] },
  ],
  [
    'buildbuddy-io/buildbuddy #10578: roles[primary eq "True"].value when there is no role',
    {},
    [{ op: "Add", path: 'roles[primary eq "True"].value', value: "ADMIN" }],
    { roles: [{ primary: true, value: "ADMIN" }] },
  ],
  [
    'apache/directory-scimple #1213: addresses[primary EQ "True"]',
    {
      addresses: [
        { type: "work", locality: "x", primary: "True" },
        { type: "home", locality: "y" },
      ],
    },
    [{ op: "replace", path: 'addresses[primary EQ "True"].locality', value: "z" }],
    {
      addresses: [
        { type: "work", locality: "z" },
        { type: "home", locality: "y" },
      ],
    },
  ],
  [
    "simpleidserver/SimpleIdServer #208, open-webui/open-webui #30074: externalId is added and removed",
    { externalId: "before" },
    [
      { op: "remove", path: "externalId" },
      { op: "add", value: { externalId: "after" } },
    ],
    { externalId: "after" },
  ],
  [
    "simpleidserver/SimpleIdServer #715: replacing one list leaves the others",
    { emails: mails, phoneNumbers: [{ value: "1", type: "work" }] },
    [{ op: "replace", path: "emails", value: [{ value: "n@example.com" }] }],
    { emails: [{ value: "n@example.com" }], phoneNumbers: [{ value: "1" }] },
  ],
  [
    "better-auth/better-auth #10421: one part of a name is removed",
    { name: { formatted: "A B", givenName: "A" } },
    [{ op: "remove", path: "name.formatted" }],
    { name: { formatted: undefined, givenName: "A" } },
  ],
  [
    "AzureAD/SCIMReferenceCode #70: name.formatted alone",
    { name: { givenName: "A" } },
    [{ op: "Replace", path: "name.formatted", value: "A B" }],
    { name: { formatted: "A B", givenName: "A" } },
  ],
  [
    "wso2/product-is #12439: parts of a name in operations without path",
    {},
    [
      { op: "replace", value: { name: { givenName: "Anuradha" } } },
      { op: "replace", value: { name: { familyName: "Karunarathna" } } },
      { op: "replace", value: { [BADGE]: { attribute1: "abcd" } } },
    ],
    { name: { givenName: "Anuradha", familyName: "Karunarathna" }, [BADGE]: { attribute1: "abcd" } },
  ],
  [
    "wso2/docs-is #2859: a manager given by the display name alone",
    { [ENTERPRISE]: { manager: { value: "21001" } } },
    [{ op: "add", path: `${ENTERPRISE}:manager`, value: { displayName: "Manager2" } }],
    { [ENTERPRISE]: { manager: { value: "21001" } } },
  ],
  ["getsentry/sentry #27199: active at its path", {}, [{ op: "replace", path: "active", value: false }], { active: false }],
  [
    "numbers in place of text",
    {},
    [
      { op: "add", path: `${ENTERPRISE}:employeeNumber`, value: 21008 },
      { op: "add", path: `${ENTERPRISE}:manager`, value: 21001 },
      { op: "add", path: 'addresses[type eq "work"].postalCode', value: 999077 },
    ],
    { [ENTERPRISE]: { employeeNumber: "21008", manager: { value: "21001" } }, addresses: [{ type: "work", postalCode: "999077" }] },
  ],
  [
    "a number that JSON readers do not keep exactly, in an extension without a schema",
    { [BADGE]: { badge: 1 } },
    [{ op: "replace", path: `${BADGE}:badge`, value: 2 ** 60 }],
    [400, "invalidValue"],
  ],
  [
    "suvera/scim2-compliance-test-utility #9: a name as one text",
    {},
    [{ op: "replace", path: "name", value: "Delphia" }],
    [400, "invalidValue"],
  ],
];

const patches: readonly Case[] = PATCHES.map(([name, before, operations, expected]) => ({
  origin: "bug reports, changing",
  name,
  async run(scim) {
    const user = await scim.user(before);
    const answer = await scim.patch(`/Users/${user.id}`, ...operations);
    const stored = answered(await scim.get(`/Users/${user.id}`), 200);
    if (Array.isArray(expected)) {
      refused(answer, expected[0], expected[1]);
      assert.deepEqual(stored, user);
    } else {
      assert.deepEqual(answered(answer, 200), stored);
      has(stored, expected);
    }
  },
}));

export const reportChangeCases = [
  ...patches,

  ...casesOf("bug reports, groups", {
    "Captain-P-Goldfish/SCIM-SDK #757, jelhub/scimgateway #113: an empty list empties a group, with a path and without one": async (
      scim,
    ) => {
      const person = await scim.user();
      for (const operation of [
        { op: "replace", path: "members", value: [] },
        { op: "replace", value: { members: [], id: "org:viewer", displayName: scim.unique("viewer") } },
      ]) {
        const { id } = await scim.group({ members: [{ value: person.id }] });
        answered(await scim.patch(`/Groups/${id}`, operation), 200);
        assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), []);
      }
    },
    "FusionAuth/fusionauth-issues #2834: more than half of the members leave in one request": async (scim) => {
      const people = [];
      for (let at = 0; at < 5; at++) people.push((await scim.user()).id as string);
      const { id } = await scim.group({ members: people.map((value) => ({ value })) });
      const leavers = [people[0]!, people[2]!, people[3]!];
      answered(await scim.patch(`/Groups/${id}`, ...leavers.map((one) => ({ op: "remove", path: `members[value eq "${one}"]` }))), 200);
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [people[1], people[4]].sort());
    },
    "wso2/product-is #16933: a misspelt path": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      refused(await scim.patch(`/Groups/${group.id}`, { op: "add", path: "memebers", value: [{ value: person.id }] }), 400, "invalidPath");
    },
    "AzureAD/SCIMReferenceCode #59: the externalId of a group changes": async (scim) => {
      const group = await scim.group({ externalId: scim.unique("before") });
      const externalId = scim.unique("after");
      answered(await scim.patch(`/Groups/${group.id}`, { op: "Replace", path: "externalId", value: externalId }), 200);
      assert.equal(answered(await scim.get(`/Groups/${group.id}`), 200).externalId, externalId);
    },
    "AzureAD/SCIMReferenceCode #10: one member twice in one value": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      answered(
        await scim.patch(`/Groups/${group.id}`, { op: "add", path: "members", value: [{ value: person.id }, { value: person.id }] }),
        200,
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${group.id}`), 200)), [person.id]);
    },
    "langwatch/langwatch #7131: replacing anything else keeps the members": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group({ members: [{ value: person.id }] });
      for (const operation of [
        { op: "Replace", path: "externalId", value: scim.unique("ext") },
        { op: "replace", value: { externalId: scim.unique("ext"), displayName: scim.unique("team") } },
        { op: "Replace", path: "displayName", value: [{ $ref: null, value: scim.unique("team") }] },
      ]) {
        answered(await scim.patch(`/Groups/${id}`, operation), 200);
        assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [person.id]);
      }
    },
    "messages named below the core schemas, as many clients name PatchOp": async (scim) => {
      const [person, group] = [await scim.user(), await scim.group()];
      for (const prefix of ["urn:ietf:params:scim:schemas:core:2.0", "urn:scim:schemas:core:2.0", "urn:scim:api:messages:2.0"]) {
        const title = scim.unique("title");
        const patch = { schemas: [`${prefix}:PatchOp`], Operations: [{ op: "replace", path: "title", value: title }] };
        has(answered(await scim.send("PATCH", `/Users/${person.id}`, patch), 200), { title });
        const add = { schemas: [`${prefix}:PatchOp`], Operations: [{ op: "add", path: "members", value: [{ value: person.id }] }] };
        answered(await scim.send("PATCH", `/Groups/${group.id}`, add), 200);
        answered(await scim.send("POST", "/Users/.search", { schemas: [`${prefix}:SearchRequest`], count: 0 }), 200);
        const Operations = [{ method: "PATCH", path: `/Users/${person.id}`, data: patch }];
        const job = answered(await scim.send("POST", "/Bulk", { schemas: [`${prefix}:BulkRequest`], Operations }), 200);
        assert.equal(job.Operations[0].status, "200");
        refused(await scim.send("PATCH", `/Users/${person.id}`, { ...patch, schemas: [`${prefix}:SearchRequest`] }), 400, "invalidValue");
      }
    },
    "schemas of a draft": async (scim) => {
      for (const schema of ["urn:scim:schemas:core:1.0", "urn:scim:schemas:core:2.0", "urn:scim:schemas:core:2.0:Group"])
        has(await scim.group({ schemas: [schema] }), { schemas: [GROUP] });
      const other = { schemas: ["urn:scim:schemas:core:2.0:User"], displayName: scim.unique("team") };
      refused(await scim.send("POST", "/Groups", other), 400, "invalidValue");
    },
  }),

  ...casesOf("bug reports, bulk and races", {
    "failOnErrors 0, as clients send it that mean no limit: Webex, PennState/SCIMple-Identity, scripts for WSO2": async (scim) => {
      const bad = { method: "POST", path: "/Users", bulkId: "bad", data: { schemas: [USER], userName: "" } };
      const good = { method: "POST", path: "/Users", bulkId: "good", data: { schemas: [USER], userName: scim.unique("bulk") } };
      const job = { schemas: [message("BulkRequest")], failOnErrors: 0, Operations: [bad, { ...bad, bulkId: "too" }, good] };
      const { Operations } = answered(await scim.send("POST", "/Bulk", job), 200);
      assert.deepEqual(
        Operations.map(({ status }: Resource) => status),
        ["400", "400", "201"],
      );
      answered(await scim.send("DELETE", `/Users/${Operations[2].location.split("/").at(-1)}`), 204);
      refused(await scim.send("POST", "/Bulk", { ...job, failOnErrors: -1 }), 400, "invalidValue");
    },
    "microsoftgraph/microsoft-graph-docs, bulkUpload: a person with an id of the client's": async (scim) => {
      const id = "2819c223-7f76-453a-919d-413861904646";
      const data = {
        schemas: [USER, ENTERPRISE],
        id,
        externalId: "701984",
        userName: scim.unique("bjensen"),
        [ENTERPRISE]: { employeeNumber: "701984" },
      };
      const job = { schemas: [message("BulkRequest")], Operations: [{ method: "POST", path: "/Users", bulkId: "897401c2", data }] };
      const { Operations } = answered(await scim.send("POST", "/Bulk", job), 200);
      assert.equal(Operations[0].status, "201");
      const made = Operations[0].location.split("/").at(-1);
      assert.notEqual(made, id);
      answered(await scim.send("DELETE", `/Users/${made}`), 204);
    },
    "thunder-id/thunderid #5110: of concurrent writes to one version only one succeeds": async (scim) => {
      const { id, userName, meta } = await scim.user();
      const write = (title: string) =>
        scim.send("PUT", `/Users/${id}`, { schemas: [USER], userName, title }, { headers: { "if-match": meta.version } });
      const answers = await Promise.all(["a", "b", "c", "d"].map(write));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    },
  }),
];
