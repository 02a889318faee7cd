import assert from "node:assert/strict";
import { answered, type Case, casesOf, has, memberIds, refused } from "./case.ts";
import { ENTERPRISE, GROUP, type Resource, USER } from "./client.ts";

/*
 * RFC 7644 section 3.5.2: operations on a user as a table, and operations on members and general rules as
 * cases.
 */

/** Attributes before, operations, and attributes after (undefined: removed) or the error. */
type Row = readonly [
  name: string,
  before: Resource,
  operations: readonly Resource[],
  expected: Resource | [status: number, scimType: string],
];

const work = { type: "work", streetAddress: "100 Universal City Plaza", locality: "Hollywood", region: "CA" };
const home = { type: "home", streetAddress: "456 Hollywood Blvd" };
const emails = [
  { value: "bjensen@example.com", type: "work", primary: true },
  { value: "babs@jensen.org", type: "home" },
];

const ROWS: readonly Row[] = [
  [
    "3.5.2.1 add without a path merges the value",
    {},
    [{ op: "add", value: { emails: [emails[1]], nickName: "Babs" } }],
    { emails: [emails[1]], nickName: "Babs" },
  ],
  [
    "3.5.2.1 add to a list appends",
    { emails: [emails[0]] },
    [{ op: "add", path: "emails", value: [emails[1]] }],
    { emails },
  ],
  [
    "3.5.2.1 adding an existing value changes nothing",
    { emails },
    [{ op: "add", path: "emails", value: [emails[1]] }],
    { emails },
  ],
  [
    "3.5.2.1 add to a single value replaces it",
    { title: "x" },
    [{ op: "add", path: "title", value: "y" }],
    { title: "y" },
  ],
  [
    "3.5.2.1 add to a sub-attribute",
    { name: { givenName: "Barbara" } },
    [{ op: "add", path: "name.familyName", value: "Jensen" }],
    { name: { givenName: "Barbara", familyName: "Jensen" } },
  ],
  [
    "3.5.2.1 add to a complex attribute merges the value",
    { name: { givenName: "Barbara" } },
    [{ op: "add", path: "name", value: { familyName: "Jensen" } }],
    { name: { givenName: "Barbara", familyName: "Jensen" } },
  ],
  [
    "3.5.2.1 add at a value path",
    { addresses: [work, home] },
    [{ op: "add", path: 'addresses[type eq "work"].postalCode', value: "91608" }],
    { addresses: [{ ...work, postalCode: "91608" }, home] },
  ],
  [
    "3.5.2.3 a sub-attribute of a list without elements",
    {},
    [{ op: "replace", path: "emails.value", value: "bjensen@example.com" }],
    { emails: [{ value: "bjensen@example.com" }] },
  ],
  [
    "3.5.2.3 a sub-attribute of all values",
    { emails },
    [{ op: "replace", path: "emails.display", value: "Babs" }],
    { emails: emails.map((email) => ({ ...email, display: "Babs" })) },
  ],
  [
    "3.5.2.2 remove a sub-attribute of all values",
    { addresses: [work, home] },
    [{ op: "remove", path: "addresses.streetAddress" }],
    { addresses: [{ type: "work", streetAddress: undefined, locality: "Hollywood", region: "CA" }] },
  ],
  ["3.5.2.2 remove a single value", { title: "x" }, [{ op: "remove", path: "title" }], { title: undefined }],
  ["3.5.2.2 remove a list", { emails }, [{ op: "remove", path: "emails" }], { emails: undefined }],
  [
    "3.5.2.2 remove selected values",
    { emails },
    [{ op: "remove", path: 'emails[type eq "work" and value ew "example.com"]' }],
    { emails: [emails[1]] },
  ],
  [
    "3.5.2.2 remove a sub-attribute of selected values",
    { addresses: [work, home] },
    [{ op: "remove", path: 'addresses[type eq "work"].region' }],
    { addresses: [{ type: "work", streetAddress: work.streetAddress, locality: "Hollywood" }, home] },
  ],
  [
    "3.5.2.2 removing the last value removes the attribute",
    { emails: [emails[0]] },
    [{ op: "remove", path: 'emails[type eq "work"]' }],
    { emails: undefined },
  ],
  ["3.5.2.2 remove without a path is noTarget", {}, [{ op: "remove" }], [400, "noTarget"]],
  [
    "3.5.2.2 a required attribute cannot be removed",
    {},
    [{ op: "remove", path: "userName" }],
    [400, "mutability"],
  ],
  [
    "3.5.2.3 replace a single value",
    { title: "x" },
    [{ op: "replace", path: "title", value: "y" }],
    { title: "y" },
  ],
  [
    "3.5.2.3 replace of an absent attribute adds it",
    {},
    [{ op: "replace", path: "title", value: "y" }],
    { title: "y" },
  ],
  [
    "3.5.2.3 replace without a path",
    { nickName: "B" },
    [{ op: "replace", value: { emails, nickName: "Babs" } }],
    { emails, nickName: "Babs" },
  ],
  [
    "3.5.2.3 replace a list",
    { emails },
    [{ op: "replace", path: "emails", value: [emails[1]] }],
    { emails: [emails[1]] },
  ],
  [
    "3.5.2.3 replace a selected value",
    { addresses: [work, home] },
    [
      {
        op: "replace",
        path: 'addresses[type eq "work"]',
        value: { type: "work", streetAddress: "911 Universal City Plaza", country: "US" },
      },
    ],
    {
      addresses: [
        { type: "work", streetAddress: "911 Universal City Plaza", locality: undefined, country: "US" },
        home,
      ],
    },
  ],
  [
    "3.5.2.3 replace a sub-attribute of selected values",
    { addresses: [work] },
    [{ op: "replace", path: 'addresses[type eq "work"].streetAddress', value: "1010 Broadway Ave" }],
    { addresses: [{ ...work, streetAddress: "1010 Broadway Ave" }] },
  ],
  [
    "3.5.2.3 a value filter without a match",
    { emails },
    [{ op: "replace", path: 'emails[value eq "nobody@example.com"].display', value: "x" }],
    [400, "noTarget"],
  ],
  [
    "3.5.2 a new primary value ends the old one",
    { emails },
    [{ op: "add", path: "emails", value: [{ value: "new@example.com", type: "other", primary: true }] }],
    {
      emails: [
        { value: "bjensen@example.com", primary: false },
        { value: "babs@jensen.org" },
        { value: "new@example.com", primary: true },
      ],
    },
  ],
  [
    "3.5.2 a primary value at a value path ends the old one too",
    { emails },
    [{ op: "replace", path: 'emails[type eq "home"].primary', value: true }],
    {
      emails: [
        { value: "bjensen@example.com", primary: false },
        { value: "babs@jensen.org", primary: true },
      ],
    },
  ],
  [
    "3.5.2 two primary values in one operation",
    { emails },
    [{ op: "replace", path: "emails.primary", value: true }],
    [400, "invalidValue"],
  ],
  [
    "3.5.2 operations are applied in their order",
    {},
    [
      { op: "add", path: "title", value: "x" },
      { op: "replace", path: "title", value: "y" },
      { op: "remove", path: "title" },
      { op: "add", path: "nickName", value: "z" },
    ],
    { title: undefined, nickName: "z" },
  ],
  [
    "3.5.2 a read-only attribute is refused",
    {},
    [{ op: "replace", path: "meta.created", value: "2011-05-13T04:42:34Z" }],
    [400, "mutability"],
  ],
  ["3.5.2 groups are refused", {}, [{ op: "remove", path: "groups" }], [400, "mutability"]],
  ["3.5.2 add without a value", {}, [{ op: "add", path: "title" }], [400, "invalidValue"]],
  [
    "3.5.2 a path with text after its end",
    {},
    [{ op: "add", path: 'emails[type eq "work"]x', value: "x" }],
    [400, "invalidFilter"],
  ],
  [
    "3.5.2 brackets after a single value",
    {},
    [{ op: "add", path: 'name[givenName eq "x"].familyName', value: "x" }],
    [400, "invalidPath"],
  ],
  ["3.5.2 id is refused", {}, [{ op: "replace", path: "id", value: "x" }], [400, "mutability"]],
  [
    "3.5.2 an unknown attribute in a path",
    {},
    [{ op: "replace", path: "favouriteColour", value: "x" }],
    [400, "invalidPath"],
  ],
  [
    "3.5.2 a malformed path",
    {},
    [{ op: "replace", path: 'emails[type eq "work"', value: "x" }],
    [400, "invalidFilter"],
  ],
  [
    "3.5.2 a value of the wrong type",
    {},
    [{ op: "replace", path: "active", value: "maybe" }],
    [400, "invalidValue"],
  ],
  ["3.5.2 an unknown operation", {}, [{ op: "move", path: "title", value: "x" }], [400, "invalidSyntax"]],
  [
    "3.5.2 no operation, as Microsoft's validator sends it, changes nothing",
    { title: "x" },
    [],
    { title: "x" },
  ],
  [
    "3.5.2 names in any letter case",
    { title: "x" },
    [{ op: "replace", path: "TITLE", value: "y" }],
    { title: "y" },
  ],
  [
    "3.10 an extension attribute by its URN",
    {},
    [{ op: "add", path: `${ENTERPRISE}:department`, value: "Tour" }],
    { [ENTERPRISE]: { department: "Tour" }, schemas: [USER, ENTERPRISE] },
  ],
  [
    "3.10 a core attribute by its URN",
    {},
    [{ op: "add", path: `${USER}:name.familyName`, value: "Jensen" }],
    { name: { familyName: "Jensen" } },
  ],
  [
    "3.10 an extension as a whole, with a path and without one",
    { [ENTERPRISE]: { division: "Parks" } },
    [
      { op: "replace", path: ENTERPRISE, value: { department: "Tour" } },
      { op: "add", value: { [ENTERPRISE]: { costCenter: "4130" } } },
      { op: "replace", value: { [USER]: { title: "Guide" } } },
    ],
    { title: "Guide", [ENTERPRISE]: { division: "Parks", department: "Tour", costCenter: "4130" } },
  ],
  ["3.10 the core schema cannot be removed", {}, [{ op: "remove", path: USER }], [400, "noTarget"]],
  [
    "3.10 a whole extension is removed",
    { [ENTERPRISE]: { department: "Tour" } },
    [{ op: "remove", path: ENTERPRISE }],
    { [ENTERPRISE]: undefined, schemas: [USER] },
  ],
];

const rows: readonly Case[] = ROWS.map(([name, before, operations, expected]) => ({
  origin: "RFC 7644 3.5.2",
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
      const again = answered(await scim.patch(`/Users/${user.id}`, ...operations), 200);
      has(again, expected);
    }
  },
}));

export const patchCases = [
  ...rows,

  ...casesOf("RFC 7644 3.5.2", {
    "all operations are applied, or none": async (scim) => {
      const user = await scim.user({ title: "x" });
      const answer = await scim.patch(
        `/Users/${user.id}`,
        { op: "replace", path: "title", value: "y" },
        { op: "replace", path: "nowhere", value: "z" },
      );
      refused(answer, 400, "invalidPath");
      assert.deepEqual(answered(await scim.get(`/Users/${user.id}`), 200), user);
    },
    "a PATCH without a change keeps the version": async (scim) => {
      const user = await scim.user({ title: "x" });
      const answer = await scim.patch(`/Users/${user.id}`, { op: "replace", path: "title", value: "x" });
      assert.deepEqual(answered(answer, 200).meta, user.meta);
    },
    "a userName of another user is refused": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      refused(
        await scim.patch(`/Users/${one.id}`, { op: "replace", path: "userName", value: two.userName }),
        409,
        "uniqueness",
      );
    },
    "an unknown id is 404": async (scim) => {
      const path = "2819c223-7f76-453a-919d-413861904646";
      refused(await scim.patch(`/Users/${path}`, { op: "replace", path: "title", value: "x" }), 404);
      refused(await scim.patch(`/Groups/${path}`, { op: "add", path: "members", value: [] }), 404);
    },
  }),

  ...casesOf("RFC 7644 3.5.2, members", {
    "members are added, and adding them again changes nothing": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      const { id } = await scim.group({ members: [{ value: one.id }] });
      const add = {
        op: "add",
        path: "members",
        value: [{ display: "Babs Jensen", $ref: `${scim.base}/Users/${two.id}`, value: two.id }],
      };
      const first = await scim.patch(`/Groups/${id}`, add);
      answered(first, 200);
      const second = await scim.patch(`/Groups/${id}`, add);
      assert.equal(second.headers.get("etag"), first.headers.get("etag"));
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [one.id, two.id].sort());
    },
    "one member is removed by its value, and a repetition succeeds": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      const { id } = await scim.group({ members: [{ value: one.id }, { value: two.id }] });
      for (let round = 0; round < 2; round++)
        answered(
          await scim.patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "${one.id}"]` }),
          200,
        );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [two.id]);
    },
    "removals and additions in one request": async (scim) => {
      const [one, two, three] = [await scim.user(), await scim.user(), await scim.user()];
      const { id } = await scim.group({ members: [{ value: one.id }] });
      const answer = await scim.patch(
        `/Groups/${id}`,
        { op: "remove", path: `members[value eq "${one.id}"]` },
        { op: "add", path: "members", value: [{ value: two.id }, { value: three.id }] },
      );
      answered(answer, 200);
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [two.id, three.id].sort());
    },
    "the whole list is replaced": async (scim) => {
      const [one, two] = [await scim.user(), await scim.user()];
      const { id } = await scim.group({ members: [{ value: one.id }] });
      answered(
        await scim.patch(`/Groups/${id}`, { op: "replace", path: "members", value: [{ value: two.id }] }),
        200,
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [two.id]);
    },
    "200 with the group when attributes are asked for": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group();
      const body = { Operations: [{ op: "add", path: "members", value: [{ value: person.id }] }] };
      const answer = await scim.send("PATCH", `/Groups/${id}`, body, { query: { attributes: "members" } });
      assert.deepEqual(memberIds(answered(answer, 200)), [person.id]);
    },
    "an unknown member is refused, and no other member is added": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group();
      const nobody = "2819c223-7f76-453a-919d-413861904646";
      refused(
        await scim.patch(`/Groups/${id}`, {
          op: "add",
          path: "members",
          value: [{ value: person.id }, { value: nobody }],
        }),
        400,
        "invalidValue",
      );
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), []);
    },
    "a removal of all members without a value is refused": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group({ members: [{ value: person.id }] });
      refused(await scim.patch(`/Groups/${id}`, { op: "remove", path: "members" }), 400, "invalidValue");
      assert.deepEqual(memberIds(answered(await scim.get(`/Groups/${id}`), 200)), [person.id]);
    },
    "members in every form that clients send": async (scim) => {
      const person = await scim.user();
      const member = { value: person.id };
      const wrappings: readonly Resource[] = [
        { op: "add", value: { [GROUP]: { members: [member] } } },
        { op: "add", path: GROUP, value: { members: [member] } },
        { op: "add", path: `${GROUP}:members`, value: member },
        { op: "add", value: { [`${GROUP}:members`]: [member] } },
        { op: "add", path: "members", value: [{ $ref: person.meta.location }] },
      ];
      for (const operation of wrappings) {
        const { id } = await scim.group();
        answered(await scim.patch(`/Groups/${id}`, operation), 200);
        const answer = await scim.get(`/Groups/${id}`);
        assert.deepEqual(memberIds(answered(answer, 200)), [person.id]);
        assert.equal(answer.text.split('"members"').length, 2, "members are answered twice");
      }
    },
    "a member cannot be altered": async (scim) => {
      const person = await scim.user();
      const group = await scim.group({ members: [{ value: person.id }] });
      for (const operation of [
        { op: "replace", path: `members[value eq "${person.id}"].type`, value: "Group" },
        { op: "replace", path: `members[value eq "${person.id}"]`, value: { value: "x" } },
        { op: "add", value: { 'members[type eq "User"].value': person.id } },
        { op: "replace", path: "members.value", value: person.id },
      ]) {
        refused(await scim.patch(`/Groups/${group.id}`, operation), 400, "mutability");
      }
      assert.deepEqual(answered(await scim.get(`/Groups/${group.id}`), 200), group);
    },
    "name and members in one request": async (scim) => {
      const person = await scim.user();
      const { id } = await scim.group();
      const displayName = scim.unique("renamed");
      const value = { displayName, members: [{ value: person.id }] };
      answered(await scim.patch(`/Groups/${id}`, { op: "replace", value }), 200);
      const group = answered(await scim.get(`/Groups/${id}`), 200);
      has(group, { displayName });
      assert.deepEqual(memberIds(group), [person.id]);
    },
  }),

  ...casesOf("RFC 7643 4.1.2, nested groups", {
    "a member of a nested group is an indirect member of the outer groups": async (scim) => {
      const person = await scim.user();
      const inner = await scim.group({ members: [{ value: person.id }] });
      const outer = await scim.group({ members: [{ value: inner.id, type: "Group" }] });
      has(outer.members, [{ value: inner.id, type: "Group", display: inner.displayName }]);
      const { groups } = answered(await scim.get(`/Users/${person.id}`), 200);
      const types = Object.fromEntries(groups.map((group: Resource) => [group.value, group.type]));
      assert.deepEqual(types, { [inner.id]: "direct", [outer.id]: "indirect" });
      answered(
        await scim.patch(`/Groups/${outer.id}`, { op: "remove", path: `members[value eq "${inner.id}"]` }),
        200,
      );
      has(answered(await scim.get(`/Users/${person.id}`), 200).groups, [{ value: inner.id }]);
    },
    "a group cannot contain itself, nor a group that contains it": async (scim) => {
      const inner = await scim.group();
      const middle = await scim.group({ members: [{ value: inner.id }] });
      const outer = await scim.group({ members: [{ value: middle.id }] });
      for (const id of [inner.id, middle.id, outer.id]) {
        refused(
          await scim.patch(`/Groups/${inner.id}`, { op: "add", path: "members", value: [{ value: id }] }),
          400,
          "invalidValue",
        );
      }
      assert.equal(answered(await scim.get(`/Groups/${inner.id}`), 200).members, undefined);
    },
  }),
];
