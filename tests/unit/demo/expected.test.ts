import type { JsonObject } from "../../../src/core/entity.ts";
import { compare } from "../../../src/demo/dingtalk/compare.ts";
import { type Expected, expectedOf } from "../../../src/demo/dingtalk/expected.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const mobile = [{ type: "mobile", value: "+852 9123 4567" }];
const person = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  displayName: `Person ${id}`,
  active: true,
  phoneNumbers: mobile,
  ...more,
});
const managedBy = (id: string): JsonObject => ({ [ENTERPRISE]: { manager: { value: id } } });
const one = (users: readonly JsonObject[], groups: readonly JsonObject[] = []) =>
  expectedOf({ users, groups, remoteIds: new Map() }).people.get("a");

test.each<[string, JsonObject, object]>([
  ["the display name comes first", { name: { formatted: "F" } }, { name: "Person a" }],
  ["then the formatted name", { displayName: "", name: { formatted: "F", givenName: "G" } }, { name: "F" }],
  [
    "then given and family name",
    { displayName: "", name: { givenName: "G", familyName: "H" } },
    { name: "G H" },
  ],
  ["numbers are digits with the country code", {}, { mobile: "85291234567" }],
  [
    "a bare number is of Hong Kong",
    { phoneNumbers: [{ type: "mobile", value: "91234567" }] },
    { mobile: "85291234567" },
  ],
  ["the number is hidden", {}, { hide_mobile: "true" }],
  ["nobody manages themselves", managedBy("a"), { departments: "" }],
  ["without a group the root is the department", {}, { departments: "" }],
])("%s", (_what, more, expected) => expect(one([person("a", more)])).toMatchObject(expected));

test.each<[string, JsonObject[], string | undefined]>([
  ["who is there", [person("m")], "m"],
  ["who has left", [person("m", { active: false })], undefined],
  ["who was deleted", [], undefined],
])("a manager %s", (_what, others, expected) =>
  expect(one([person("a", managedBy("m")), ...others])?.manager_userid).toBe(expected),
);

const numbered = (employeeNumber: string, more: JsonObject = {}): JsonObject => ({
  [ENTERPRISE]: { employeeNumber },
  ...more,
});

test.each<[string, string, JsonObject[], string | undefined]>([
  ["by employee number", "HK1", [person("m", numbered("HK1"))], "m"],
  ["by the same number in other letters and widths", "ｈｋ１", [person("m", numbered("HK1"))], "m"],
  ["by externalId", "x-1", [person("m", { externalId: "x-1" })], "m"],
  ["by externalId in other letters", "X-1", [person("m", { externalId: "x-1" })], undefined],
  [
    "by a number whose last owner has left",
    "HK1",
    [person("old", numbered("HK1", { active: false })), person("m", numbered("HK1"))],
    "m",
  ],
  [
    "by a number that two have",
    "HK1",
    [person("m", numbered("HK1")), person("n", numbered("HK1"))],
    undefined,
  ],
  ["by a number that nobody has", "HK1", [person("m")], undefined],
])("a manager is named %s", (_how, reference, others, expected) =>
  expect(one([person("a", managedBy(reference)), ...others])?.manager_userid).toBe(expected),
);

test("names of groups are paths, and their parents are departments too", () => {
  const groups = [
    { id: "g", displayName: "HK/Sales/Retail", members: [{ value: "a" }] },
    { id: "h", displayName: "HK / Finance", members: [{ value: "a" }] },
  ];
  expect(one([person("a")], groups)?.departments).toBe("HK/Finance | HK/Sales/Retail");
  expect(expectedOf({ users: [], groups, remoteIds: new Map() }).departments).toEqual(
    new Set(["HK", "HK/Sales", "HK/Sales/Retail", "HK/Finance"]),
  );
});

test("leavers and people without a mobile number are not expected", () => {
  expect(
    expectedOf({
      users: [person("a", { active: false }), person("b", { phoneNumbers: [] })],
      groups: [],
      remoteIds: new Map(),
    }).people.size,
  ).toBe(0);
});

describe("a comparison names", () => {
  const state = (people: Expected["people"], departments: readonly string[] = []): Expected => ({
    people,
    departments: new Set(departments),
  });
  const li = { name: "Li", hide_mobile: "true", departments: "" };

  test.each<[string, Expected, Expected, object[]]>([
    [
      "nothing when both are the same",
      state(new Map([["a", li]]), ["HK"]),
      state(new Map([["a", li]]), ["HK"]),
      [],
    ],
    [
      "who is missing",
      state(new Map([["a", li]])),
      state(new Map()),
      [{ attribute: "presence", dingtalk: "absent" }],
    ],
    [
      "who is too many",
      state(new Map()),
      state(new Map([["a", li]])),
      [{ attribute: "presence", directory: "absent" }],
    ],
    [
      "each attribute that differs",
      state(new Map([["a", { ...li, title: "Clerk" }]])),
      state(new Map([["a", { ...li, email: "li@example.com" }]])),
      [
        { attribute: "title", directory: "Clerk", dingtalk: "–" },
        { attribute: "email", directory: "–", dingtalk: "li@example.com" },
      ],
    ],
    [
      "a department too many",
      state(new Map()),
      state(new Map(), ["HK"]),
      [{ what: "department HK", directory: "absent" }],
    ],
  ])("%s", (_what, wanted, actual, differences) =>
    expect(compare(wanted, actual)).toEqual(differences.map((each) => expect.objectContaining(each))),
  );
});

test("people who were in DingTalk before keep their userid, also as managers", () => {
  const users = [person("a"), person("b", managedBy("a"))];
  const { people } = expectedOf({ users, groups: [], remoteIds: new Map([["a", "old.a"]]) });
  expect([...people.keys()]).toEqual(["old.a", "b"]);
  expect(people.get("b")?.manager_userid).toBe("old.a");
});
