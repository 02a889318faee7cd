import assert from "node:assert/strict";
import { answered, type Case, has, refused } from "./case.ts";
import { ENTERPRISE, type Resource, USER } from "./client.ts";

/*
 * Changes of people from bug reports of other SCIM servers and clients, in the form of
 * report-create-cases.ts.
 */

type Refusal = readonly [status: number, scimType: string];

const BADGE = "urn:example:params:scim:schemas:extension:badge:2.0:User";

type PatchRow = readonly [
  name: string,
  before: Resource,
  operations: readonly Resource[],
  expected: Resource | Refusal,
];

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
    {
      schemas: [USER, ENTERPRISE],
      [ENTERPRISE]: { employeeNumber: "56789", manager: { value: "26118915" } },
    },
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
    [
      {
        op: "replace",
        path: 'emails[value eq "chuck@example.com"].value',
        value: "spiderman.clark@example.com",
      },
    ],
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
    ["country", "locality", "formatted"].map((name) => ({
      op: "add",
      path: `addresses[type eq "work"].${name}`,
      value: "Australia",
    })),
    { addresses: [{ type: "work", country: "Australia", locality: "Australia", formatted: "Australia" }] },
  ],
  [
    "pond/scimitar #123: add without path, with dotted names",
    { name: { givenName: "Old", middleName: "M" } },
    [
      {
        op: "add",
        value: {
          title: "Clerk",
          "name.givenName": "Foo",
          "name.familyName": "Bar",
          "name.formatted": "Foo Bar",
        },
      },
    ],
    {
      title: "Clerk",
      name: { givenName: "Foo", middleName: "M", familyName: "Bar", formatted: "Foo Bar" },
      "name.givenName": undefined,
    },
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
    {
      emails: [
        { value: "test@example.test", type: "business", primary: false, display: "x" },
        mails[1],
        mails[2],
      ],
    },
  ],
  [
    "Captain-P-Goldfish/SCIM-SDK #516: roles as JSON text stay text",
    {},
    [
      {
        op: "Add",
        path: "roles",
        value: [{ value: '{"id":"827f","value":"Admin"}' }, { value: '{"id":"8ae0","value":"Buyer"}' }],
      },
    ],
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
  [
    "an element without primary is selected as one that is not primary (RFC 7643 2.4)",
    { emails: mails },
    [{ op: "remove", path: "emails[primary eq false]" }],
    { emails: [mails[0]] },
  ],
  [
    "thomaspoignant/scim-patch #54: a value is removed although its display is empty",
    { roles: [{ value: "remove-me" }, { value: "do-not-remove-me" }] },
    [{ op: "remove", path: "roles", value: [{ value: "remove-me", display: "" }] }],
    { roles: [{ value: "do-not-remove-me" }] },
  ],
  [
    "apache/directory-scimple #725: replacing a complex attribute keeps what is not given",
    { name: { givenName: "G", familyName: "F" } },
    [{ op: "replace", path: "name", value: { familyName: "New Family Name" } }],
    { name: { givenName: "G", familyName: "New Family Name" } },
  ],
  [
    "scimmyjs/scimmy #80: replace without a value",
    { title: "x" },
    [{ op: "replace", path: "title" }],
    [400, "invalidValue"],
  ],
  [
    "SAP-archive/scimono #140: a filter in an extension without a schema",
    {},
    [
      {
        op: "remove",
        path: 'urn:sap:cloud:scim:schemas:extension:custom:2.0:User:productGroup[value eq "x"]',
      },
    ],
    [400, "invalidPath"],
  ],
  [
    "getsentry/sentry #27199: active at its path",
    {},
    [{ op: "replace", path: "active", value: false }],
    { active: false },
  ],
  [
    "numbers in place of text",
    {},
    [
      { op: "add", path: `${ENTERPRISE}:employeeNumber`, value: 21008 },
      { op: "add", path: `${ENTERPRISE}:manager`, value: 21001 },
      { op: "add", path: 'addresses[type eq "work"].postalCode', value: 999077 },
    ],
    {
      [ENTERPRISE]: { employeeNumber: "21008", manager: { value: "21001" } },
      addresses: [{ type: "work", postalCode: "999077" }],
    },
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

export const reportChangeCases: readonly Case[] = PATCHES.map(([name, before, operations, expected]) => ({
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
