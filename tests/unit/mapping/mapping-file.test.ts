import { compileMapping } from "../../../src/mapping/compile.ts";
import { RESERVED_ATTRIBUTES, RESERVED_SETTINGS } from "../../../src/mapping/file/file.ts";
import { type FileProblem, MappingInvalid } from "../../../src/mapping/file/problem.ts";
import { RESERVED } from "../../../src/reconcile/target-values.ts";

const problemsOf = (text: string, options = {}): readonly FileProblem[] => {
  try {
    compileMapping(text, options);
  } catch (error) {
    if (error instanceof MappingInvalid) return error.problems;
    throw error;
  }
  return [];
};
const shown = (text: string, options = {}): readonly string[] =>
  problemsOf(text, options).map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);

describe("each problem has its place", () => {
  test.each<[string, string, readonly string[]]>([
    ["an unknown key", "version: 1\nregon: HK\n", ["2:1 regon unknown key (did you mean region?)"]],
    [
      "an unknown key of a rule",
      "version: 1\nperson:\n  title: { value: user.title, wen: always }\n",
      ["3:31 person.title.wen unknown key (did you mean when?)"],
    ],
    [
      "a word that is not one of the choices",
      "version: 1\nperson:\n  title:\n    value: user.title\n    when: onCreat\n",
      ["5:11 person.title.when must be one of always, onCreate, neverOverwrite (did you mean onCreate?)"],
    ],
    ["a wrong type", "version: 1\ntables: 3\n", ["2:9 tables expected record, received number"]],
    ["a missing version", "region: HK\n", ["1:1 version must be 1, the version of this file format"]],
    [
      "a region without telephones",
      "version: 1\nregion: ZZ\n",
      ["2:9 region must be a region of ISO 3166 with a telephone plan, such as HK"],
    ],
    [
      "a zone that is none",
      "version: 1\nzone: Hongkong City\n",
      ["2:7 zone must be a time zone such as Asia/Hong_Kong"],
    ],
    [
      "an expression, at the character",
      "version: 1\nperson:\n  title: firstOf(user.title, usr.x)\n",
      ["3:30 person.title.value unknown variable usr (did you mean user?)"],
    ],
    [
      "an expression in quotes",
      "version: 1\nperson:\n  title: 'user.title + usr.x'\n",
      ["3:24 person.title.value unknown variable usr (did you mean user?)"],
    ],
    [
      "an expression on its own lines",
      "version: 1\nperson:\n  title:\n    value: |\n      firstOf(\n        user.title,\n        usr.x)\n",
      ["7:9 person.title.value unknown variable usr (did you mean user?)"],
    ],
    [
      "an expression about groups",
      "version: 1\ndepartments:\n  settings:\n    order: user.x\n",
      ["4:12 departments.settings.order.value unknown variable user"],
    ],
    [
      "the path of a department",
      "version: 1\ndepartments:\n  from: attributes\n  attributes:\n    - path: [user.a, nope(1)]\n",
      ["5:22 departments.attributes.0.path.1 unknown function nope"],
    ],
    [
      "attributes asked for and not given",
      "version: 1\ndepartments:\n  from: both\n",
      ["2:1 departments from: both needs attributes, the paths"],
    ],
    [
      "a rule for what the loop fills in",
      "version: 1\nperson:\n  manager: user.x\n",
      ["3:3 person.manager is filled in from people, groups and paths: use the key manager of the file"],
    ],
    [
      "settings that the tree fills in",
      "version: 1\ndepartments:\n  settings: { parent: group.x }\n  groups: [{ match: A, to: department, settings: { managers: u1 } }]\n",
      [
        "3:15 departments.settings.parent is filled in from people, groups and paths: use the key departments.structure of the file",
        "4:52 departments.groups.0.settings.managers is filled in from people, groups and paths: use the key departments.managers of the file",
      ],
    ],
    [
      "parking without a place",
      "version: 1\ninactive: { regular: park }\n",
      ["2:1 inactive park needs parkIn, the path of the department"],
    ],
    [
      "a place for external people that is internal",
      "version: 1\ndepartments:\n  externalDefault: Partners\n",
      ["3:20 departments.externalDefault must be one of the departments that external names"],
    ],
    [
      "an extension with a name already taken",
      "version: 1\nextensions:\n  user: urn:x:y\n",
      ["3:3 extensions.user is the name of something else"],
    ],
    [
      "a separator that is the escape",
      "version: 1\ndepartments:\n  separator: '\\'\n",
      ["3:14 departments.separator must not be blank or hold a backslash"],
    ],
    ["a key twice", "version: 1\nregion: HK\nregion: CN\n", ["3:1  map keys must be unique"]],
    [
      "no YAML",
      "version: [1\n",
      ["2:1  flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    [
      "an alias",
      "version: 1\ntables:\n  a: &t { x: y }\n  b: *t\n",
      ["1:1  anchors and aliases are not used in this file"],
    ],
    ["nothing at all", "", ["1:1  expected object, received null"]],
  ])("%s", (_name, text, expected) => expect(shown(text)).toEqual(expected));
});

test("keys and values that look like numbers stay as they are written", () => {
  const mapping = compileMapping(
    "version: 1\nperson:\n  title: lookup('centres', user.title)\ntables:\n  centres: { 001: 0042, 1: one, 1e3: 1E3, 12345678901234567890: big }\n",
  );
  const title = (code: string) =>
    mapping.person({ user: { id: "a", title: code }, groups: [] }).attributes["title"];
  expect(["001", "1", "1e3", "12345678901234567890"].map(title)).toEqual(["0042", "one", "1E3", "big"]);
  expect(shown("version: 1\ntables:\n  a: { 01: x, 01: y }\n")).toEqual(["3:15  map keys must be unique"]);
});

test("all problems of a kind are told at once, in the order of the file", () => {
  expect(shown("version: 2\nregon: HK\nzone: X\nperson:\n  title: { wert: user.title }\n")).toEqual([
    "1:10 version must be 1, the version of this file format",
    "2:1 regon unknown key (did you mean region?)",
    "3:7 zone must be a time zone such as Asia/Hong_Kong",
    expect.stringContaining("5:"),
    expect.stringContaining("5:"),
  ]);
  expect(
    shown("version: 1\nperson:\n  a: usr.x\n  b: user.x\n  c: 1 +\nmanager: nope()\n").map(
      (line) => line.split(" ")[0],
    ),
  ).toEqual(["3:6", "5:9", "6:10"]);
});

test("attributes the target does not know are refused when the target says which it knows", () => {
  const options = { personAttributes: ["title", "extension.*"], departmentAttributes: ["order"] };
  expect(
    shown("version: 1\nperson:\n  titel: user.title\n  extension.Job level: user.title\n", options),
  ).toEqual(["3:3 person.titel the target has no attribute titel (did you mean title?)"]);
  expect(shown("version: 1\ndepartments:\n  settings:\n    ordr: 1\n", options)).toEqual([
    "4:5 departments.settings.ordr the target has no attribute ordr (did you mean order?)",
  ]);
});

test("the message of the error is the list", () => {
  expect(() => compileMapping("version: 1\nregon: HK\n")).toThrow(
    "2:1 regon: unknown key (did you mean region?)",
  );
});

test("a file of any size but a sensible one is refused", () => {
  expect(shown(`version: 1\n# ${"x".repeat(300_000)}`)).toEqual([
    "1:1  the file is longer than 262144 characters",
  ]);
});

describe("the version", () => {
  const versionOf = (text: string): string => compileMapping(text).version;
  const base = "version: 1\nperson:\n  name: user.displayName\n  title: user.title\n";
  test.each<[string, string, boolean]>([
    [
      "comments and layout do not count",
      "version: 1 # ours\n\nperson: { title: user.title,\n  name: user.displayName }\n",
      true,
    ],
    ["what is stated and the default anyway does not count", `${base}region: hk\n`, true],
    [
      "the long form is the short form",
      "version: 1\nperson:\n  name: { value: user.displayName }\n  title: { value: user.title, when: always }\n",
      true,
    ],
    ["an expression counts", "version: 1\nperson:\n  name: user.nickName\n  title: user.title\n", false],
    ["a setting counts", `${base}region: CN\n`, false],
  ])("%s", (_name, text, same) => expect(versionOf(text) === versionOf(base)).toBe(same));

  test("has twelve hexadecimal digits", () => expect(versionOf(base)).toMatch(/^[0-9a-f]{12}$/));
});

test("the reserved attributes are those of the target port", () =>
  expect({ user: Object.keys(RESERVED_ATTRIBUTES), department: Object.keys(RESERVED_SETTINGS) }).toEqual(
    RESERVED,
  ));

test.each<[string, string, string]>([
  [
    "a department's",
    "departments: { settings: { order: { value: 1, authority: dingtalk } } }",
    "departments.settings.order.authority",
  ],
  ["a title's", "person: { title: { value: user.title, authority: dingtalk } }", "person.title.authority"],
  [
    "another system's",
    "person: { mobile: { value: user.title, authority: entra } }",
    "person.mobile.authority",
  ],
  [
    "of what cannot be set, with a value",
    "person: { avatar: { value: user.title, authority: dingtalk } }",
    "person.avatar.authority",
  ],
  ["no rule at all", "person: { mobile: { when: onCreate } }", "person.mobile.value"],
])("an authority that is %s is refused", (_name, text, path) => {
  expect(() => compileMapping(`version: 1\n${text}`)).toThrow(path);
});

test("the target may be right about some attributes, and which of SCIM speak of them is known", () => {
  const { authorities, personAttributes } = compileMapping(
    `version: 1\nperson: { mobile: { value: 'phone(phoneOf(user, "mobile"))', authority: dingtalk }, nickname: { value: dingtalk.nickName, authority: dingtalk }, avatar: { authority: dingtalk } }`,
  );
  expect(authorities).toEqual([
    { attribute: "mobile", reads: ["phoneNumbers"] },
    { attribute: "nickname", reads: ["urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User"] },
    { attribute: "avatar", reads: [] },
  ]);
  expect(personAttributes).not.toContain("avatar");
});
