import assert from "node:assert/strict";
import { answered, type Case, has, refused } from "./case.ts";
import { ENTERPRISE, type Resource, USER } from "./client.ts";

/*
 * People created as in bug reports of other SCIM servers and clients, each as its smallest request with the
 * right answer. A name begins with the report: repository and number, or the page.
 */

type Refusal = readonly [status: number, scimType: string];

type CreateRow = readonly [name: string, body: Resource, expected: Resource | Refusal];

const BADGE = "urn:example:params:scim:schemas:extension:badge:2.0:User";
const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";

const CREATES: readonly CreateRow[] = [
  [
    "developers.onelogin.com/scim/define-user-schema: schemas of SCIM 1, emails without a list, managerId",
    {
      schemas: ["urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0"],
      name: { familyName: "Chan", givenName: "Mei", formatted: "Mei Chan" },
      emails: { value: "mei@example.com", type: "work", primary: true },
      "urn:scim:schemas:extension:enterprise:1.0": {
        department: "Retail",
        manager: { managerId: "21001", displayName: "Tai Man Chan" },
      },
    },
    {
      schemas: [USER, ENTERPRISE],
      emails: [{ value: "mei@example.com", type: "work", primary: true }],
      [ENTERPRISE]: { department: "Retail", manager: { value: "21001" } },
      "urn:scim:schemas:extension:enterprise:1.0": undefined,
    },
  ],
  [
    "goauthentik/authentik #11249: schemas of a draft, as OneLogin sends them",
    {
      schemas: ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
      "urn:scim:schemas:extension:enterprise:2.0": {
        department: "Retail",
        manager: { managerId: "", displayName: " " },
      },
    },
    { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: "Retail", manager: undefined } },
  ],
  [
    "HelloID connectors for Speakap: the draft's extension, which schemas does not name; a label in capitals",
    {
      schemas: [USER],
      emails: [{ value: "a@example.com", primary: true, type: "Work" }],
      "urn:scim:schemas:extension:enterprise:2.0": { employeeNumber: "1001", department: "IT" },
    },
    { emails: [{ type: "Work" }], [ENTERPRISE]: { employeeNumber: "1001", department: "IT" } },
  ],
  [
    "clients of TOTVS: the draft's names with the resource type",
    {
      schemas: ["urn:scim:schemas:core:2.0:User", "urn:scim:schemas:extension:enterprise:2.0:User"],
      "urn:scim:schemas:extension:enterprise:2.0:User": { costCenter: "4130" },
    },
    { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { costCenter: "4130" } },
  ],
  [
    "livingsecurity.com, configuring SCIM for OneLogin: parameters without a value are empty text",
    {
      schemas: [USER, ENTERPRISE],
      title: "",
      timezone: null,
      emails: [{ value: "", type: "work", primary: true }],
      addresses: [{ locality: "", region: "", country: "" }],
      [ENTERPRISE]: {
        organization: "",
        division: null,
        department: "",
        manager: { value: "", displayName: " " },
      },
    },
    { schemas: [USER], title: undefined, emails: undefined, addresses: undefined, [ENTERPRISE]: undefined },
  ],
  [
    "wso2/docs-is #1913: a list in a list, and names that SCIM does not have",
    { name: { firstName: "Kim", lastName: "Berry" }, emails: [[{ type: "home", value: "kim@example.com" }]] },
    [400, "invalidValue"],
  ],
  [
    "suvera/scim2-compliance-test-utility #9: a name as one text",
    { name: "Delphia Reynolds" },
    [400, "invalidValue"],
  ],
  [
    "numbers in place of text, as flows write them from their own data",
    {
      externalId: 4711,
      addresses: [{ type: "work", postalCode: 999077 }],
      phoneNumbers: [{ type: "work", value: 23456789 }],
      [ENTERPRISE]: { employeeNumber: 21008, manager: 21001 },
    },
    {
      externalId: "4711",
      addresses: [{ postalCode: "999077" }],
      phoneNumbers: [{ value: "23456789" }],
      [ENTERPRISE]: { employeeNumber: "21008", manager: { value: "21001" } },
    },
  ],
  [
    "a number in place of text that JSON readers do not keep exactly",
    { externalId: 2 ** 53 + 2 },
    [400, "invalidValue"],
  ],
  ["a fraction in place of text", { externalId: 1.5 }, [400, "invalidValue"]],
  ["true in place of text", { title: true }, [400, "invalidValue"]],
  [
    "a whole number that JSON readers do not keep exactly",
    { [DINGTALK]: { departments: [{ value: "x", order: 2 ** 53 }] } },
    [400, "invalidValue"],
  ],
  [
    "such a number in an extension without a schema",
    { [BADGE]: { badge: { number: 2 ** 60 } } },
    [400, "invalidValue"],
  ],
  [
    "such a number under an unknown name, as directories have for accounts that never expire",
    { accountExpires: 2 ** 63 },
    { accountExpires: undefined },
  ],
  [
    "wso2/product-is #3474, apache/directory-scimple #222: telephone numbers in any form",
    { phoneNumbers: [{ value: "+12223334444", type: "work", primary: true }, { value: "555-555-5555" }] },
    { phoneNumbers: [{ value: "+12223334444" }, { value: "555-555-5555" }] },
  ],
  [
    "wso2/product-is #3391: addresses as plain texts",
    { emails: ["a@example.com", "b@example.com"] },
    { emails: [{ value: "a@example.com" }, { value: "b@example.com" }] },
  ],
  [
    "simpleidserver/SimpleIdServer #269: an address as the type of an address",
    {
      emails: [{ primary: true, value: "a@example.com", type: "a@example.com" }],
      groups: [],
      password: "123345",
    },
    { emails: [{ type: "a@example.com" }], groups: undefined, password: undefined },
  ],
  [
    "wso2/product-is #10033: two primary addresses",
    {
      emails: [
        { primary: true, value: "a@example.com" },
        { primary: true, value: "b@example.com" },
      ],
    },
    [400, "invalidValue"],
  ],
  [
    'apache/directory-scimple #1213: primary is "True" on several attributes',
    {
      emails: [{ value: "a@example.com", primary: "True" }],
      addresses: [{ locality: "Kowloon", primary: "True" }],
    },
    { emails: [{ primary: true }], addresses: [{ primary: true }] },
  ],
  [
    "sourcegraph/sourcegraph #62185: a display name of an address",
    { emails: [{ value: "a@example.com", display: "Work" }] },
    { emails: [{ value: "a@example.com", display: "Work" }] },
  ],
  [
    "MicrosoftDocs/entra-docs #391: a role of which only labels are mapped",
    { roles: [{ primary: true, type: "WindowsAzureActiveDirectoryRole" }] },
    { roles: undefined },
  ],
  [
    "a role as the whole assignment",
    { roles: [{ primary: true, type: "WindowsAzureActiveDirectoryRole", value: "ADMIN" }] },
    { roles: [{ primary: true, value: "ADMIN" }] },
  ],
  [
    "AzureAD/SCIMReferenceCode #22, simpleidserver/SimpleIdServer #305: attributes of the enterprise extension outside of it",
    {
      Department: "some department",
      organization: "Example HK",
      employeeNumber: "701984",
      manager: { value: "21001" },
    },
    {
      schemas: [USER, ENTERPRISE],
      [ENTERPRISE]: {
        department: "some department",
        organization: "Example HK",
        employeeNumber: "701984",
        manager: { value: "21001" },
      },
      Department: undefined,
    },
  ],
  [
    "such attributes in both places, and with other values of the same name",
    {
      department: "outside",
      division: { id: 5 },
      manager: "Chan Tai Man",
      [ENTERPRISE]: { department: "inside" },
    },
    { [ENTERPRISE]: { department: "inside", division: undefined, manager: undefined } },
  ],
  [
    "the enterprise extension without its resource type",
    { "urn:ietf:params:scim:schemas:extension:enterprise:2.0": { department: "Engineering" } },
    { [ENTERPRISE]: { department: "Engineering" } },
  ],
  [
    "apache/directory-scimple #704, in a body: a dot between schema and attribute",
    { [`${ENTERPRISE}.department`]: "Tour", [`${ENTERPRISE}.manager`]: { value: "26118915" } },
    {
      [ENTERPRISE]: { department: "Tour", manager: { value: "26118915" } },
      [`${ENTERPRISE}.manager`]: undefined,
    },
  ],
];

export const reportCreateCases: readonly Case[] = CREATES.map(([name, body, expected]) => ({
  origin: "bug reports, creating",
  name,
  async run(scim) {
    const answer = await scim.send("POST", "/Users", {
      schemas: [USER],
      userName: scim.unique("report"),
      ...body,
    });
    if (Array.isArray(expected)) refused(answer, expected[0], expected[1]);
    else {
      const { id } = answered(answer, 201);
      const stored = answered(await scim.get(`/Users/${id}`), 200);
      has(stored, expected);
      // The same body changes nothing, so a client that compares does not write for ever.
      const again = await scim.send("PUT", `/Users/${id}`, {
        schemas: [USER],
        ...body,
        userName: stored.userName,
      });
      assert.deepEqual(answered(again, 200), stored);
    }
  },
}));
