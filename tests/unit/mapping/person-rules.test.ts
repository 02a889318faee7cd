import type { JsonObject } from "../../../src/core/entity.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import type { PersonMapping } from "../../../src/mapping/mapping.ts";

const mapped = (
  rules: string,
  user: JsonObject,
  groups: readonly { id: string; displayName: string }[] = [],
): PersonMapping => compileMapping(`version: 1\n${rules}`).person({ user: { id: "u1", ...user }, groups });

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

describe("one attribute", () => {
  test.each<[string, string, JsonObject, PersonMapping["attributes"]]>([
    ["a value", "title: user.title", { title: " Boss " }, { title: "Boss" }],
    ["an empty source leaves the attribute alone", "title: user.title", {}, {}],
    [
      "an empty source clears when asked to",
      "title: { value: user.title, empty: clear }",
      { title: " " },
      { title: null },
    ],
    ["the default stands in", "title: { value: user.title, default: Staff }", {}, { title: "Staff" }],
    [
      "the default comes before clearing",
      "title: { value: user.title, default: Staff, empty: clear }",
      {},
      { title: "Staff" },
    ],
    [
      "false is a value",
      "hidden: { value: user.active, default: true }",
      { active: false },
      { hidden: false },
    ],
    ["zero is a value", "n: { value: user.n, default: 5 }", { n: 0 }, { n: 0 }],
    ["constants", "a: true\n  b: 3\n  c: '\"text\"'", {}, { a: true, b: 3, c: "text" }],
    ["a whole number", "n: 1 + 2", {}, { n: 3 }],
    ["a list is a sorted set of texts", "l: user.l", { l: ["b", " a", "b", "", 3] }, { l: ["3", "a", "b"] }],
    ["too long a text is cut", "t: { value: user.t, maxLength: 3 }", { t: "😀abc" }, { t: "😀ab" }],
    ["an object is no value", "t: user.name", { name: { givenName: "Mei" } }, {}],
    [
      "a rule that fails leaves the attribute alone",
      "t: { value: user.a - user.b, empty: clear }",
      { a: "x", b: "y" },
      {},
    ],
    ["custom names", "extension.Job level: user.title", { title: "Boss" }, { "extension.Job level": "Boss" }],
  ])("%s", (_name, rule, user, expected) =>
    expect(mapped(`person:\n  ${rule}`, user).attributes).toEqual(expected),
  );

  test.each<[string, string, JsonObject, string]>([
    ["cut", "t: { value: user.t, maxLength: 3 }", { t: "abcd" }, "cut"],
    ["no value", "t: user.name", { name: { givenName: "Mei" } }, "notAValue"],
    ["failed", "t: user.a - user.b", { a: "x", b: "y" }, "ruleFailed"],
  ])("%s is noted", (_name, rule, user, code) => {
    expect(mapped(`person:\n  ${rule}`, user).notes).toEqual([
      { attribute: "t", code, text: expect.any(String) },
    ]);
  });

  test("when it may be sent is told unless it is always", () => {
    const rules =
      "person:\n  a: user.x\n  b: { value: user.x, when: onCreate }\n  c: { value: user.x, when: neverOverwrite }\n  d: { value: user.y, when: onCreate }\n";
    expect(mapped(rules, { x: "1" }).when).toEqual({ b: "onCreate", c: "neverOverwrite" });
  });
});

describe("the manager", () => {
  test.each<[string, string, JsonObject, string | null | undefined]>([
    [
      "as the client sent it",
      "manager: enterprise.manager.value",
      { [ENTERPRISE]: { manager: { value: "21001" } } },
      "21001",
    ],
    ["nobody: cleared", "manager: enterprise.manager.value", {}, null],
    [
      "nobody: left alone when asked to",
      "manager: { value: enterprise.manager.value, empty: leave }",
      {},
      undefined,
    ],
    ["no rule: left alone", "", {}, undefined],
  ])("%s", (_name, rules, user, expected) => expect(mapped(rules, user).manager).toBe(expected));
});

describe("the kind of account", () => {
  test.each<[string, string]>([
    ["", "regular"],
    ["personal", "regular"],
    ["SSO", "sso"],
    ["dingtalk", "dingtalk"],
    ["other", "regular"],
  ])("%s is %s", (kind, expected) => {
    const result = mapped("account: user.kind", { kind });
    expect(result.account).toBe(expected);
    expect(result.notes).toHaveLength(kind === "other" ? 1 : 0);
  });
});

test("custom fields come as attributes of their names, and win over the rules", () => {
  const user = {
    fields: [
      { name: "Shoe size", value: "38" },
      { name: "Job level", value: "M3" },
      { name: "", value: "x" },
      "x",
      { name: "Empty" },
    ],
  };
  const { attributes, when } = mapped(
    "customFields: user.fields\nperson:\n  extension.Job level: { value: '\"M2\"', when: onCreate }",
    user,
  );
  expect(attributes).toEqual({ "extension.Job level": "M3", "extension.Shoe size": "38" });
  expect(when).toEqual({});
});

test("an own extension is a variable", () => {
  const rules = "extensions: { acme: 'urn:acme:1.0:User' }\nperson:\n  desk: acme.desk";
  expect(mapped(rules, { "urn:acme:1.0:User": { desk: "12B" } }).attributes).toEqual({ desk: "12B" });
  expect(mapped(rules, {}).attributes).toEqual({});
});

test("groups are a variable", () => {
  const rules = 'person:\n  remark: \'groups.exists(g, like(g.displayName, "VPN *")) ? "VPN" : ""\'';
  expect(mapped(rules, {}, [{ id: "g", displayName: "VPN users" }]).attributes).toEqual({ remark: "VPN" });
  expect(mapped(rules, {}).attributes).toEqual({});
});

describe("departments from attributes", () => {
  const levels =
    "departments:\n  from: attributes\n  attributes:\n    - { path: [enterprise.division, enterprise.department], main: true }\n    - path: user.costCentrePath\n";
  test.each<[string, string, JsonObject, readonly (readonly string[])[]]>([
    [
      "one expression for each level",
      levels,
      { [ENTERPRISE]: { division: "Retail", department: "Kowloon" } },
      [["Retail", "Kowloon"]],
    ],
    [
      "a level without a value is left out",
      levels,
      { [ENTERPRISE]: { department: "Kowloon" } },
      [["Kowloon"]],
    ],
    [
      "a level may hold the separator",
      levels,
      { [ENTERPRISE]: { division: "R/D", department: "Lab" } },
      [["R/D", "Lab"]],
    ],
    ["one expression for the whole path", levels, { costCentrePath: "Finance/4711" }, [["Finance", "4711"]]],
    [
      "equal paths are one",
      levels,
      { [ENTERPRISE]: { division: "A", department: "B" }, costCentrePath: "A/B" },
      [["A", "B"]],
    ],
    ["none", levels, {}, []],
    [
      "only where the file says attributes",
      levels.replace("from: attributes", "from: groups"),
      { costCentrePath: "A" },
      [],
    ],
    ["too deep", levels, { costCentrePath: Array(21).fill("x").join("/") }, []],
  ])("%s", (_name, rules, user, expected) => expect(mapped(rules, user).departments).toEqual(expected));

  test("the main one is named", () => {
    const user = { [ENTERPRISE]: { division: "Retail", department: "Kowloon" }, costCentrePath: "A" };
    expect(mapped(levels, user)).toMatchObject({
      departments: [["A"], ["Retail", "Kowloon"]],
      mainDepartment: ["Retail", "Kowloon"],
    });
  });

  test("Workday's supervisory organisations make a tree with the tree in the file", () => {
    const rules = `trees:
  organisations:
    SUP-ORG-1: { name: Example Retail }
    SUP-ORG-100: { name: Shops, parent: SUP-ORG-1 }
departments:
  from: attributes
  attributes: [{ path: 'treePath("organisations", workday.supervisoryOrganization)' }]
`;
    const supervisoryOrganization = { id: "SUP-ORG-118", name: "Kowloon Branches", parentId: "SUP-ORG-100" };
    const user = { "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker": { supervisoryOrganization } };
    expect(mapped(rules, user).departments).toEqual([["Example Retail", "Shops", "Kowloon Branches"]]);
  });
});

describe("external people and external departments", () => {
  const rules =
    "external: user.external\ndepartments:\n  from: attributes\n  external: [Partners]\n  attributes: [{ path: user.a }, { path: user.b }]\n";
  test.each<[string, boolean, readonly (readonly string[])[], readonly string[]]>([
    ["an external person gets the external one only", true, [["Partners", "Acme"]], ["externalPerson"]],
    ["anybody else the internal one only", false, [["Finance"]], ["externalDepartment"]],
  ])("%s", (_name, external, departments, codes) => {
    const result = mapped(rules, { external, a: "Finance", b: "Partners/Acme" });
    expect(result.external).toBe(external);
    expect(result.departments).toEqual(departments);
    expect(result.notes.map(({ code }) => code)).toEqual(codes);
  });
});

describe("positions", () => {
  const rules = "departments:\n  main: user.main\n  positions: user.posts\n";
  const owning = "departments:\n  positions: { value: user.posts, empty: clear }\n";
  test.each<[string, string, JsonObject, PersonMapping["positions"], readonly string[]]>([
    [
      "entries with a department",
      rules,
      {
        posts: [
          { value: "A", title: " Buyer ", order: 3 },
          { value: "B", order: "4", main: true },
        ],
      },
      [
        { reference: "A", title: "Buyer", order: 3, main: false },
        { reference: "B", order: 4, main: true },
      ],
      [],
    ],
    ["nothing said: left alone", rules, {}, undefined, []],
    ["nothing said, and the mapping owns them", owning, {}, [], []],
    [
      "a rule that fails says nothing",
      owning.replace("user.posts", "'user.a - user.b'"),
      { a: "x", b: "y" },
      undefined,
      ["ruleFailed"],
    ],
    ["no department", rules, { posts: [{ title: "Buyer" }] }, [], ["noDepartment"]],
    [
      "an order that is none",
      rules,
      { posts: [{ value: "A", order: "first" }] },
      [{ reference: "A", main: false }],
      ["notAnOrder"],
    ],
  ])("%s", (_name, text, user, positions, codes) => {
    const result = mapped(text, user);
    expect(result.positions).toEqual(positions);
    expect(result.notes.map(({ code }) => code)).toEqual(codes);
  });

  test("the main one among them, unless the main department is named itself", () => {
    const posts = [{ value: "A" }, { value: "B", main: true }];
    expect(mapped(rules, { posts }).mainDepartmentReference).toBe("B");
    expect(mapped(rules, { posts, main: "A" }).mainDepartmentReference).toBe("A");
  });
});

describe("what attributes say of a department", () => {
  const entry = (more: string): string =>
    `departments:\n  from: attributes\n  attributes:\n    - { path: user.a, ${more} }\n`;
  test.each<[string, string, JsonObject, PersonMapping["stated"]]>([
    ["nothing but the path", entry("main: true"), { a: "A" }, undefined],
    [
      "title, order, managers and settings",
      entry(
        "title: user.t, order: user.o, managers: user.m, settings: { code: user.c, brief: { value: user.b, empty: clear } }",
      ),
      { a: "A", t: "Lead", o: 7, m: ["M-2", "M-1"], c: "CC" },
      [
        {
          path: ["A"],
          title: "Lead",
          order: 7,
          managers: ["M-1", "M-2"],
          settings: { code: "CC", brief: null },
        },
      ],
    ],
    [
      "rules that give nothing",
      entry("title: user.t, managers: user.m"),
      { a: "A" },
      [{ path: ["A"], managers: [], settings: undefined }],
    ],
    [
      "two entries with one path: the first one's word, and managers add up",
      `${entry("title: user.t, managers: user.m")}    - { path: user.a, title: user.u, order: user.o, managers: user.n }\n`,
      { a: "A", t: "Lead", u: "Clerk", o: 2, m: "M-1", n: "M-2" },
      [{ path: ["A"], title: "Lead", order: 2, managers: ["M-1", "M-2"], settings: undefined }],
    ],
  ])("%s", (_name, rules, user, stated) => expect(mapped(rules, user).stated).toEqual(stated));

  test("an entry may lead into departments of other organisations", () => {
    const rules = `external: user.guest\n${entry("external: true")}    - path: user.b\n`;
    expect(mapped(rules, { guest: true, a: "Acme", b: "Ops" }).departments).toEqual([["Acme"]]);
    expect(mapped(rules, { guest: false, a: "Acme", b: "Ops" }).departments).toEqual([["Ops"]]);
  });
});

test("an account of the organisation is an attribute of DingTalk, and wins over a rule of that name", () => {
  const rules = "account: user.kind\nperson:\n  exclusive_account_type: '\"sso\"'\n";
  expect(mapped(rules, { kind: "dingtalk" }).attributes).toEqual({ exclusive_account_type: "dingtalk" });
  expect(mapped("account: user.kind", { kind: "personal" }).attributes).toEqual({});
});
