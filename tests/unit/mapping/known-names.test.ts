import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { knownNames } from "../../../src/compose/mapping-names.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { mappingJsonSchema } from "../../../src/mapping/file/json-schema.ts";
import { MappingInvalid } from "../../../src/mapping/file/problem.ts";

const problemsOf = (text: string): readonly string[] => {
  try {
    compileMapping(text, knownNames("dingtalk"));
    return [];
  } catch (error) {
    if (!(error instanceof MappingInvalid)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
};
const QUOTES = `; a fixed text needs quotes inside the quotes, such as '"Head office"'`;

test.each<[string, string, readonly string[]]>([
  [
    "an unknown key",
    "version: 1\nregon: HK\nperson: { titel: user.title, job_number: user.titel }",
    ["2:1 regon", "3:11 person.titel", "3:42 person.job_number.value"],
  ],
  [
    "a value that is not allowed",
    "version: 1\nzone: X\ndepartments: { settings: { hide_dep: true } }\nmanager: enterprise.manger.value",
    ["2:7 zone", "3:28 departments.settings.hide_dep", "4:10 manager.value"],
  ],
  [
    "a rule of the wrong form",
    "version: 1\nzone: Asia/Shanghai\nperson: { name: { when: now }, titel: user.title }",
    ["3:17 person.name.value", "3:25 person.name.when", "3:32 person.titel"],
  ],
  // What refers to them cannot be judged.
  ["tables of the wrong form", "version: 1\ntables: 5\nperson: { titel: user.title }", ["2:9 tables"]],
])("names that mean nothing are told beside %s", (_name, text, places) => {
  expect(problemsOf(text).map((problem) => problem.split(" ", 2).join(" "))).toEqual(places);
});

describe("a name that means nothing is a mistake of the file, at its place", () => {
  test.each<[string, string, string]>([
    [
      "an attribute of DingTalk",
      "person: { titel: user.title }",
      "2:11 person.titel the target has no attribute titel (did you mean title?)",
    ],
    [
      "a setting of a department",
      "departments: { settings: { hide_dep: true } }",
      "2:28 departments.settings.hide_dep the target has no attribute hide_dep (did you mean hide_dept?)",
    ],
    [
      "a setting of a rule for groups",
      'departments: { groups: [{ match: "*", to: department, settings: { cod: x } }] }',
      "2:67 departments.groups.0.settings.cod the target has no attribute cod (did you mean code?)",
    ],
    [
      "an attribute of a person",
      "person: { title: user.titel }",
      "2:18 person.title.value user has no attribute titel (did you mean title?)",
    ],
    [
      "a part of one",
      "person: { title: user.name.familiName }",
      "2:18 person.title.value user.name has no attribute familiName (did you mean familyName?)",
    ],
    [
      "of an extension",
      "manager: enterprise.manger.value",
      "2:10 manager.value enterprise has no attribute manger (did you mean manager?)",
    ],
    [
      "of a group",
      "departments: { settings: { code: group.displayname } }",
      "2:34 departments.settings.code.value group has no attribute displayname (did you mean displayName?)",
    ],
    [
      "of a department",
      'departments: { settings: { hide_dept: department.nam == "x" } }',
      "2:39 departments.settings.hide_dept.value department has no attribute nam (did you mean name?)",
    ],
    [
      "a plain value has no parts",
      "person: { title: user.title.value }",
      "2:18 person.title.value user.title is a plain value without parts",
    ],
    [
      "a type",
      "person: { mobile: 'phoneOf(user, \"mobil\")' }",
      "2:28 person.mobile.value mobil is no type of SCIM (did you mean mobile?)",
    ],
    [
      "a word without quotes",
      "person: { title: Manager }",
      `2:18 person.title.value unknown variable Manager${QUOTES}`,
    ],
    [
      "the same in Chinese",
      "person: { title: 总部 }",
      `2:18 person.title.value unexpected character: 总${QUOTES}`,
    ],
  ])("%s", (_what, line, told) => expect(problemsOf(`version: 1\n${line}\n`)).toEqual([told]));

  test("a list is not what its entries are", () => {
    expect(problemsOf("version: 1\nperson: { email: user.emails.value }\n")).toEqual([
      expect.stringContaining(
        'user.emails is a list, of which .value is nothing: use a function such as emailOf(user, "work")',
      ),
    ]);
  });

  test.each([
    ["a condition without quotes", "person:\n  title: user.active ? user.title : user.nickName\n"],
    ["a text at the beginning", 'person:\n  title: "a" + user.title\n'],
  ])("%s says that the expression needs quotes", (_what, text) => {
    expect(problemsOf(`version: 1\n${text}`)).toEqual([
      expect.stringContaining("put the expression in quotes, such as 'a ? b : c'"),
    ]);
  });
});

test.each([
  ["the built-in mapping", DEFAULT_MAPPING],
  ["custom fields by name", "version: 1\nperson: { extension.Any name: user.title }\n"],
  ["types of the client's own", 'version: 1\nperson:\n  mobile: phoneOf(user, "mobile2")\n'],
  [
    "an extension the file names, under any attribute",
    "version: 1\nextensions: { ours: urn:x:y }\nperson: { title: ours.anything.at.all }\n",
  ],
  [
    "a known variable that the file gives another meaning",
    "version: 1\nextensions: { workday: urn:x:y }\nperson: { title: workday.anything }\n",
  ],
  ["an extension by its URN", "version: 1\nperson: { title: 'user[\"urn:x:y\"].title' }\n"],
  [
    "elements of lists in loops",
    "version: 1\nperson: { title: 'user.emails.map(each, each.valu).join(\",\")' }\n",
  ],
])("%s is good", (_what, text) => expect(problemsOf(text)).toEqual([]));

describe("the JSON Schema for editors", () => {
  const validate = new Ajv2020({ strict: false }).compile(mappingJsonSchema());
  test.each([
    ["the built-in mapping", DEFAULT_MAPPING, true],
    [
      "the short and the long form of a rule",
      "version: 1\nperson: { title: user.title, name: { value: user.title, empty: clear }, senior_mode: true }\n",
      true,
    ],
    ["an unknown key", "version: 1\nregon: HK\n", false],
    [
      "an unknown key of a rule",
      "version: 1\nperson: { title: { value: user.title, wen: onCreate } }\n",
      false,
    ],
    ["a choice", "version: 1\ndepartments: { from: people }\n", false],
    ["no version", "person: {}\n", false],
  ])("%s", (_what, text, good) => expect(validate(parse(text))).toBe(good));
});
