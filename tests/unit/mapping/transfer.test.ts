import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { MINIMAL_ATTRIBUTES } from "../../../src/mapping/transfer.ts";
import { classOfTargetAttribute } from "../../../src/privacy/target-attributes.ts";
import { DINGTALK_USER_SCHEMA } from "../../../src/scim/schema/dingtalk.ts";

const file = (rules: string) => `version: 1
person:
  name: user.displayName
  mobile: user.mobile
  title: user.title
  email: user.email
customFields: dingtalk.customFields
manager: user.boss
departments:
  positions: dingtalk.departments
  transfer: ${rules}
`;

const user = {
  id: "u1",
  displayName: "Mei",
  mobile: "+85261110001",
  title: "Clerk",
  email: "mei@example.com",
  boss: "boss",
  [DINGTALK_USER_SCHEMA]: {
    customFields: [{ name: "Level", value: "3" }],
    departments: [{ value: "Europe", title: "Head", order: 3 }],
  },
};
const person = (text: string, ...groups: readonly string[]) =>
  compileMapping(text).person({
    user,
    groups: groups.map((displayName, at) => ({ id: `g${at}`, displayName })),
  });

test("of a person in such a department only the least is sent, and the rest is emptied", () => {
  const { attributes, manager, positions } = person(
    file("[{ match: Europe, transfer: minimal }]"),
    "Europe/Sales",
  );
  expect(attributes).toEqual({
    name: "Mei",
    mobile: "+85261110001",
    title: null,
    email: null,
    "extension.Level": null,
  });
  expect(manager).toBeNull();
  expect(positions).toEqual([{ reference: "Europe", order: 3, main: false }]);
});

test.each<[string, string, readonly string[], boolean]>([
  ["in another department", "[{ match: Europe, transfer: minimal }]", ["Asia"], false],
  ["in no department", "[{ match: '*', transfer: minimal }]", [], false],
  ["in one of two", "[{ match: Europe, transfer: minimal }]", ["Asia", "Europe"], true],
  ["below a pattern", "[{ match: 'Eu*', transfer: minimal }]", ["Europe/Sales/Berlin"], true],
  ["with a name that only begins the same", "[{ match: Euro, transfer: minimal }]", ["Europe"], false],
  [
    "the first rule counts",
    "[{ match: Europe/Sales, transfer: full }, { match: Europe, transfer: minimal }]",
    ["Europe/Sales"],
    false,
  ],
  [
    "put below by a rule",
    "[{ match: Europe, transfer: minimal }]\n  groups: [{ match: Shop, to: department, under: Europe }]",
    ["Shop"],
    true,
  ],
  [
    "a role is no department",
    "[{ match: Auditors, transfer: minimal }]\n  groups: [{ match: Auditors, to: role }]",
    ["Auditors"],
    false,
  ],
])("%s", (_name, rules, groups, isMinimal) => {
  expect(person(file(rules), ...groups).attributes["title"]).toBe(isMinimal ? null : "Clerk");
});

test("a department by attributes counts as well", () => {
  const text = file("[{ match: Europe, transfer: minimal }]").replace(
    "departments:\n",
    "departments:\n  from: both\n  attributes: [{ path: ['\"Europe\"', user.title] }]\n",
  );
  expect(person(text).attributes["title"]).toBeNull();
});

test("what is kept by one of two rules only is not sent", () => {
  const text = file(
    "[{ match: A, transfer: minimal, keep: [title, email, manager] }, { match: B, transfer: minimal, keep: [email] }]",
  );
  expect(person(text, "A")).toMatchObject({
    attributes: { title: "Clerk", email: "mei@example.com" },
    manager: "boss",
  });
  expect(person(text, "A", "B")).toMatchObject({
    attributes: { title: null, email: "mei@example.com" },
    manager: null,
  });
});

test("a file without it means what it meant before", () => {
  expect(compileMapping(DEFAULT_MAPPING).version).toBe(
    compileMapping(`${DEFAULT_MAPPING}\n# a comment\n`).version,
  );
  expect(person("version: 1\nperson: { title: user.title }", "Europe").attributes).toEqual({
    title: "Clerk",
  });
});

test("what is sent at the least are attributes of DingTalk", () => {
  expect(MINIMAL_ATTRIBUTES.filter((name) => classOfTargetAttribute("user", name) === undefined)).toEqual([]);
});

test.each([
  "[{ match: Europe }]",
  "[{ match: Europe, transfer: none }]",
  "[{ match: Europe, transfer: minimal, but: [title] }]",
])("%s is refused", (rules) => expect(() => compileMapping(file(rules))).toThrow());
