import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { FUNCTIONS, LIST_MACROS, TEXT_METHODS } from "../../../src/mapping/expression/functions.ts";
import { GROUP_EXTENSIONS, PERSON_EXTENSIONS } from "../../../src/mapping/extensions.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { mappingFile } from "../../../src/mapping/file/file.ts";
import { DINGTALK_GROUP_SCHEMA, DINGTALK_USER_SCHEMA } from "../../../src/scim/schema/dingtalk.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { WORKDAY_ALIAS, WORKDAY_SCHEMA } from "../../../src/scim/schema/workday.ts";
import { EXTENSION, fieldsOf } from "../../../src/targets/dingtalk/attributes/fields.ts";

const page = readFileSync(join(__dirname, "../../../docs/mapping.md"), "utf8");
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

test.each(examples.map((text, index) => [index + 1, text] as const))(
  "example %i is a mapping",
  (_number, text) => {
    expect(compileMapping(text).version).toHaveLength(12);
  },
);

test("the page has its examples", () => expect(examples).toHaveLength(6));

test.each([
  ...Object.keys(FUNCTIONS),
  ...TEXT_METHODS,
  ...LIST_MACROS,
  ...Object.keys(PERSON_EXTENSIONS),
  ...Object.keys(mappingFile.shape),
])("the page tells of %s", (word) => {
  expect(page).toMatch(new RegExp(`\`${word}\\b`));
});

test("Workday's example does what the page says", () => {
  const mapping = compileMapping(examples[4]!);
  const person = (worker: object) =>
    mapping.person({ user: { id: "u1", [WORKDAY_SCHEMA]: { ...worker } }, groups: [] });
  const supervisoryOrganization = { id: "SUP-ORG-118", name: "Kowloon Branches", parentId: "SUP-ORG-100" };
  expect(person({ supervisoryOrganization })).toMatchObject({
    departments: [["Example Retail", "Shops", "Kowloon Branches"]],
    external: false,
    notes: [],
  });
  expect(person({ supervisoryOrganization, contingent: true, company: "Temp Ltd" })).toMatchObject({
    departments: [["Contingent workers", "Temp Ltd"]],
    external: true,
    notes: [],
  });
});

test("the example of minimal transfer does what the page says", () => {
  const mapping = compileMapping(examples[1]!);
  const user = {
    id: "u1",
    displayName: "Mei Chan",
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }],
    [ENTERPRISE_SCHEMA]: { employeeNumber: "E1", manager: { value: "boss" } },
  };
  const person = (...groups: readonly string[]) =>
    mapping.person({ user, groups: groups.map((displayName, at) => ({ id: `g${at}`, displayName })) });
  const all = { name: "Mei Chan", title: "Clerk", job_number: "E1" };
  expect(person("Asia/Sales")).toMatchObject({ attributes: all, manager: "boss" });
  expect(person("Europe/Sales/Berlin")).toMatchObject({ attributes: all, manager: "boss" });
  for (const groups of [["Europe"], ["Europe/Legal"], ["Asia/Sales", "Europe/Legal"]])
    expect(person(...groups)).toMatchObject({
      attributes: { name: "Mei Chan", title: null, job_number: "E1" },
      manager: null,
    });
  expect(person("Europe").attributes["mobile"]).toBe(person("Asia").attributes["mobile"]);
});

test("extensions go by the names the SCIM side gives them", () => {
  expect(PERSON_EXTENSIONS).toEqual({
    enterprise: [ENTERPRISE_SCHEMA],
    dingtalk: [DINGTALK_USER_SCHEMA],
    workday: [WORKDAY_SCHEMA, WORKDAY_ALIAS],
  });
  expect(GROUP_EXTENSIONS).toEqual({ dingtalk: [DINGTALK_GROUP_SCHEMA] });
});

test("the default mapping names only what DingTalk has", () => {
  const names = (kind: "user" | "department"): readonly string[] => fieldsOf(kind).map(([name]) => name);
  const options = {
    personAttributes: [...names("user"), `${EXTENSION}*`],
    departmentAttributes: names("department"),
  };
  expect(() => compileMapping(DEFAULT_MAPPING, options)).not.toThrow();
});
