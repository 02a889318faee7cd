import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { outlineOf } from "../../../src/mapping/file/outline.ts";

test("every rule is told as the file has it", () => {
  const { rules, groups } = outlineOf(`
version: 1
person:
  name: user.displayName
  title: { value: user.title, default: Staff, when: onCreate, maxLength: 20 }
  remark: { value: user.nickName, empty: clear }
manager: enterprise.manager.value
departments:
  from: both
  attributes: [{ path: ["'Asia'", enterprise.department] }]
  groups:
    - { match: "VPN *", to: role, name: VPN }
    - { match: "Shop *", to: department, under: Retail }
  settings: { order: dingtalk.order }
`);
  const usual = { when: "always", empty: "leave" };
  expect(rules).toEqual([
    { about: "person", attribute: "name", rule: "user.displayName", ...usual },
    {
      about: "person",
      attribute: "title",
      rule: "user.title",
      when: "onCreate",
      empty: "leave",
      default: "Staff",
      maxLength: 20,
    },
    { about: "person", attribute: "remark", rule: "user.nickName", when: "always", empty: "clear" },
    {
      about: "person",
      attribute: "manager",
      rule: "enterprise.manager.value",
      when: "always",
      empty: "clear",
    },
    {
      about: "department",
      attribute: "departments.attributes.1",
      rule: "'Asia' / enterprise.department",
      ...usual,
    },
    { about: "department", attribute: "order", rule: "dingtalk.order", ...usual },
  ]);
  expect(groups).toEqual([
    { match: "VPN *", to: "role", name: "VPN" },
    { match: "Shop *", to: "department", under: "Retail" },
  ]);
});

test("the built-in file has its rules, each named once", () => {
  const { rules } = outlineOf(DEFAULT_MAPPING);
  const names = rules.map(({ about, attribute }) => `${about} ${attribute}`);
  expect(names).toEqual(
    expect.arrayContaining([
      "person name",
      "person manager",
      "person departments.main",
      "department managers",
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
});
