import type { JsonObject } from "../../../src/core/entity.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { assignDepartments } from "../../../src/mapping/departments/placement.ts";
import type { GroupPlacement } from "../../../src/mapping/mapping.ts";

const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

const placed = (
  departments: string,
  group: JsonObject,
  ancestors: readonly JsonObject[] = [],
): GroupPlacement =>
  compileMapping(`version: 1\ndepartments:\n  ${departments}\n`).group({
    group: { id: "g1", ...group },
    ancestors,
  });
const department = (path: readonly string[], more = {}): GroupPlacement => ({
  kind: "department",
  path,
  settings: {},
  external: false,
  notes: [],
  ...more,
});

describe("by the path in the display name", () => {
  const rules =
    "groups: [{ match: 'VPN *', to: role }, { match: 'SG-*', to: nothing }, { match: 'Boss *', to: role, name: Bosses }, { match: 'Shop *', to: department, under: Asia/Retail }]";
  test.each<[string, JsonObject, GroupPlacement]>([
    ["one name", { displayName: "Finance" }, department(["Finance"])],
    ["a path", { displayName: "A/B/C" }, department(["A", "B", "C"])],
    ["a role", { displayName: "VPN users" }, { kind: "role", name: "VPN users" }],
    ["a role of another name", { displayName: "Boss HK" }, { kind: "role", name: "Bosses" }],
    ["nothing", { displayName: "SG-Printers" }, { kind: "none", reason: "rule" }],
    ["below another department", { displayName: "Shop 12" }, department(["Asia", "Retail", "Shop 12"])],
    [
      "the group's own word wins",
      { displayName: "VPN users", [DINGTALK]: { kind: "department" } },
      department(["VPN users"]),
    ],
    [
      "the group wants to be nothing",
      { displayName: "Finance", [DINGTALK]: { kind: "none" } },
      { kind: "none", reason: "rule" },
    ],
    ["no name", { displayName: " / " }, { kind: "none", reason: "noName" }],
    ["no name at all", {}, { kind: "none", reason: "noName" }],
    ["twenty levels", { displayName: Array(20).fill("x").join("/") }, department(Array(20).fill("x"))],
    [
      "twenty-one levels",
      { displayName: Array(21).fill("x").join("/") },
      { kind: "none", reason: "tooDeep" },
    ],
  ])("%s", (_name, group, expected) => expect(placed(rules, group)).toEqual(expected));
});

describe("by the parent each group names", () => {
  const rules = "structure: parent";
  test.each<[string, JsonObject, readonly JsonObject[], GroupPlacement]>([
    ["no parent", { displayName: "R/D" }, [], department(["R/D"])],
    [
      "ancestors, nearest first",
      { displayName: "C", [DINGTALK]: { parent: "b" } },
      [
        { id: "b", displayName: "B", [DINGTALK]: { parent: "a" } },
        { id: "a", displayName: "A" },
      ],
      department(["A", "B", "C"]),
    ],
    [
      "a parent that is no group is a path",
      { displayName: "C", [DINGTALK]: { parent: "Asia/Retail" } },
      [],
      department(["Asia", "Retail", "C"]),
    ],
    [
      "a circle",
      { displayName: "C", [DINGTALK]: { parent: "b" } },
      [
        { id: "b", displayName: "B" },
        { id: "g1", displayName: "C" },
      ],
      { kind: "none", reason: "cycle" },
    ],
    [
      "too many ancestors",
      { displayName: "C" },
      Array.from({ length: 20 }, (_, index) => ({ id: `a${index}`, displayName: "x" })),
      { kind: "none", reason: "tooDeep" },
    ],
  ])("%s", (_name, group, ancestors, expected) => expect(placed(rules, group, ancestors)).toEqual(expected));

  test("the parent is told, so that the caller can find it", () => {
    const group = { displayName: "C", [DINGTALK]: { parent: "b" } };
    expect(compileMapping("version: 1\ndepartments: { structure: parent }").parentReference(group)).toBe("b");
    expect(compileMapping("version: 1").parentReference(group)).toBeUndefined();
  });
});

test("by membership of group in group", () => {
  expect(placed("structure: nested", { displayName: "R/D" }, [{ id: "a", displayName: "Asia" }])).toEqual(
    department(["Asia", "R/D"]),
  );
});

test("where departments come from attributes only, a group is a role or nothing", () => {
  const rules =
    "from: attributes\n  attributes: [{ path: enterprise.department }]\n  groups: [{ match: 'VPN *', to: role }]";
  expect(placed(rules, { displayName: "Finance" })).toEqual({ kind: "none", reason: "attributes" });
  expect(placed(rules, { displayName: "VPN users" })).toEqual({ kind: "role", name: "VPN users" });
});

describe("attributes of a department", () => {
  const rules =
    "settings: { order: dingtalk.order, outer_dept: 'external ? true : \"\"', code: { value: dingtalk.code, default: none } }\n  groups: [{ match: 'Shop *', to: department, settings: { hide_dept: true, order: 9 } }]\n  external: [Partners, 'X *']";
  test.each<[string, JsonObject, object]>([
    [
      "from the group's own words",
      { displayName: "A", [DINGTALK]: { order: 3, code: "FIN" } },
      { settings: { order: 3, code: "FIN" }, external: false },
    ],
    [
      "from the rule that matched",
      { displayName: "Shop 1", [DINGTALK]: { order: 3 } },
      { settings: { order: 9, code: "none", hide_dept: true }, external: false },
    ],
    [
      "external by its path",
      { displayName: "Partners" },
      { settings: { code: "none", outer_dept: true }, external: true },
    ],
    [
      "external by what is above it",
      { displayName: "Partners/Acme/East" },
      { settings: { code: "none", outer_dept: true }, external: true },
    ],
    [
      "external by the group's own word",
      { displayName: "Guests", [DINGTALK]: { external: true } },
      { settings: { code: "none", outer_dept: true }, external: true },
    ],
    ["not external for a name that only begins so", { displayName: "Partnership" }, { external: false }],
  ])("%s", (_name, group, expected) => expect(placed(rules, group)).toMatchObject(expected));

  test("of a department that no group stands for, by its path, whatever departments come from", () => {
    const text = `version: 1
departments:
  from: attributes
  attributes: [{ path: enterprise.department }]
  settings: { order: department.level, brief: 'department.name + " in " + department.path', outer_dept: 'external ? true : ""' }
  managers: 'department.name == "Ops" ? ["M-2", "M-1"] : []'
  groups: [{ match: "Asia/*", to: department, settings: { hide_dept: true } }]
`;
    const mapping = compileMapping(text);
    expect(mapping.department(["Asia", "Ops"], false)).toEqual({
      settings: { order: 2, brief: "Ops in Asia/Ops", hide_dept: true },
      managers: ["M-1", "M-2"],
    });
    expect(mapping.department(["Guests"], true)).toEqual({
      settings: { order: 1, brief: "Guests in Guests", outer_dept: true },
    });
  });

  test("a rule that fails is noted and sends nothing", () => {
    expect(placed("settings: { order: group.displayName - 1 }", { displayName: "A" })).toEqual(
      department(["A"], { notes: [{ attribute: "order", code: "ruleFailed", text: expect.any(String) }] }),
    );
  });
});

describe("a person among groups", () => {
  const inside = { id: "in", placement: department(["Finance"]) };
  const outside = { id: "out", placement: department(["Partners"], { external: true }) };
  const role = { id: "role", placement: { kind: "role", name: "VPN" } as const };
  const nothing = { id: "none", placement: { kind: "none", reason: "rule" } as const };
  const settings = { separator: "/", externalDefault: ["Partners", "Others"] };

  test.each<[string, Parameters<typeof assignDepartments>, object]>([
    [
      "departments of groups and of attributes, and no roles",
      [settings, { departments: [["X"]], external: false }, [inside, role, nothing]],
      {
        departments: [
          { kind: "group", groupId: "in" },
          { kind: "path", path: ["X"] },
        ],
        notes: [],
      },
    ],
    [
      "nobody is in the root unless they belong to the organisation",
      [settings, { departments: [], external: false }, []],
      { departments: [] },
    ],
    [
      "an ordinary person is kept out of an external department",
      [settings, { departments: [], external: false }, [inside, outside]],
      { departments: [{ kind: "group", groupId: "in" }], notes: [{ code: "externalDepartment" }] },
    ],
    [
      "an external person is kept out of an internal one",
      [settings, { departments: [], external: true }, [inside, outside]],
      { departments: [{ kind: "group", groupId: "out" }], notes: [{ code: "externalPerson" }] },
    ],
    [
      "an external person in none goes where the file says",
      [settings, { departments: [], external: true }, [inside]],
      { departments: [{ kind: "path", path: ["Partners", "Others"] }] },
    ],
    [
      "or stays outside",
      [{ separator: "/" }, { departments: [], external: true }, []],
      { departments: [], notes: [{ code: "noExternalDepartment" }] },
    ],
  ])("%s", (_name, given, expected) => expect(assignDepartments(...given)).toMatchObject(expected));
});

describe("managers of a department", () => {
  test.each<[string, string, JsonObject, readonly string[] | undefined]>([
    [
      "entries with a value",
      "dingtalk.managers",
      { managers: [{ value: "b" }, { value: "a" }, { value: "" }] },
      ["a", "b"],
    ],
    ["one as a text", "firstOf(dingtalk.managers, dingtalk.manager)", { manager: " a " }, ["a"]],
    ["nobody: nothing is said", "dingtalk.managers", {}, undefined],
    ["nobody, and the mapping owns the list", "{ value: dingtalk.managers, empty: clear }", {}, []],
    ["a rule that fails says nothing", "{ value: 'group.displayName - 1', empty: clear }", {}, undefined],
  ])("%s", (_name, rule, extension, managers) => {
    const placement = placed(`managers: ${rule}`, { displayName: "A", [DINGTALK]: extension });
    expect(placement.kind === "department" && placement.managers).toEqual(managers);
  });
});
