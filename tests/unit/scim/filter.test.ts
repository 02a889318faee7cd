import { InvalidFilter } from "../../../src/filter/errors.ts";
import { parseFilter, parseSortBy } from "../../../src/scim/filter.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { groupResource, userResource } from "../../../src/scim/schema/schemas.ts";

describe("what a leaf tells the storage", () => {
  test.each<[string, object]>([
    [
      'userName eq "a"',
      {
        name: "userName",
        path: ["userName"],
        multiValued: false,
        type: "string",
        caseExact: false,
        key: "userName",
      },
    ],
    ["active eq true", { name: "active", path: ["active"], type: "boolean", key: "active" }],
    ['name.givenName eq "a"', { name: "name.givenName", path: ["name", "givenName"], multiValued: false }],
    [
      'emails.value eq "a"',
      { name: "emails.value", path: ["emails"], element: "value", multiValued: true, key: "email" },
    ],
    ['schemas eq "a"', { name: "schemas", path: ["schemas"], multiValued: true, caseExact: true }],
    [
      'meta.lastModified gt "2026-01-01T00:00:00Z"',
      { path: ["meta", "lastModified"], type: "dateTime", key: "lastModified" },
    ],
    [
      'manager eq "a"',
      {
        name: `${ENTERPRISE_SCHEMA}:manager.value`,
        path: [ENTERPRISE_SCHEMA, "manager", "value"],
        caseExact: true,
        key: "manager",
      },
    ],
  ])("%s", (text, attribute) =>
    expect(parseFilter(userResource, text)).toMatchObject({ op: "compare", attribute }),
  );

  test("the form Entra matches mail addresses by is a value path", () => {
    expect(parseFilter(userResource, 'emails[type eq "work"].value eq "a@b"')).toMatchObject({
      op: "some",
      attribute: { name: "emails", path: ["emails"], multiValued: true },
      node: {
        op: "and",
        nodes: [
          { operator: "eq", attribute: { name: "emails.type", element: "type" }, value: "work" },
          { operator: "eq", attribute: { name: "emails.value", element: "value" }, value: "a@b" },
        ],
      },
    });
  });
});

test("text may stand without quotes, as RFC 7644 section 3.4.2.1 writes the type of a resource, where it is one word", () => {
  const quoted = parseFilter(
    groupResource,
    '(meta.resourceType eq "User") or (meta.resourceType eq "Group")',
  );
  expect(parseFilter(groupResource, "(meta.resourceType eq User) or (meta.resourceType eq Group)")).toEqual(
    quoted,
  );
  expect(parseFilter(groupResource, "meta[resourceType eq Group]")).toEqual(
    parseFilter(groupResource, 'meta[resourceType eq "Group"]'),
  );
  for (const text of ["displayName eq User", "displayName eq 'User'"])
    expect(parseFilter(groupResource, text)).toEqual(parseFilter(groupResource, 'displayName eq "User"'));
  for (const text of ["displayName eq Head Office", "displayName eq 'User", 'displayName eq Us"er']) {
    expect(() => parseFilter(groupResource, text)).toThrow(InvalidFilter);
  }
});

test.each([
  ['password eq "a"'],
  ["password pr"],
  ['members.value eq "a"'],
  ['toString eq "a"'],
  ['emails.__proto__ eq "a"'],
  ['emails[constructor eq "a"]'],
  ['emails.value.length eq "a"'],
  ['name eq "a"'],
  ['addresses eq "a"'],
  ['urn:example:2.0:User:badge eq "a"'],
  [`${ENTERPRISE_SCHEMA}:nope eq "a"`],
  ['urn:ietf:params:scim:schemas:core:2.0:User eq "a"'],
  ['emails[type eq "work"] eq "a"'],
  ['emails[emails[type eq "work"]]'],
  ['userName[value eq "a"]'],
])("a filter on a user is refused: %s", (text) =>
  expect(() => parseFilter(userResource, text)).toThrow(InvalidFilter),
);

describe("sorting", () => {
  test.each<[string, string | undefined]>([
    ["userName", "userName"],
    ["META.lastModified", "meta.lastModified"],
    ["emails", "emails.value"],
    ["manager", `${ENTERPRISE_SCHEMA}:manager.value`],
    ["name", undefined],
    ["password", undefined],
    ["constructor", undefined],
  ])("by %s goes by %s", (name, expected) => expect(parseSortBy(userResource, name)?.name).toBe(expected));

  test("groups have members to sort by", () =>
    expect(parseSortBy(groupResource, "members")?.name).toBe("members.value"));
});
