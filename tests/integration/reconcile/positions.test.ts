import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { previewPerson } from "../../../src/reconcile/compare/preview.ts";
import { type House, openHouse } from "../../support/house.ts";
import { addGroup, change, chart, DINGTALK_GROUP, DINGTALK_USER, ENTERPRISE, notesOn, person, remote, stateOf } from "./sample.ts";

let house: House;
const open = async (mapping = DEFAULT_MAPPING): Promise<void> => {
  house = await openHouse({ mapping });
};
afterEach(() => house.close());

const start = async (): Promise<void> => {
  house.startWorker();
  await house.quiet();
};
const notesOf = (id: string) => notesOn(house, id);

/** Title, order and main department as DingTalk shows them, by the name of the department. */
async function postsOf(id: string): Promise<Readonly<Record<string, { title?: string; order: number; main: boolean }>>> {
  const { departments } = await house.state();
  const user = (await remote(house, id)) as unknown as {
    dept_position_list: readonly { dept_id: number; is_main: boolean; title?: string }[];
    dept_order_list: readonly { dept_id: number; order: number }[];
  };
  return Object.fromEntries(
    user.dept_position_list.map(({ dept_id, is_main, title }) => [
      departments.find((each) => each.dept_id === dept_id)!.name,
      { ...(title ? { title } : {}), order: user.dept_order_list.find((each) => each.dept_id === dept_id)?.order ?? 0, main: is_main },
    ]),
  );
}

describe("title, order and main department by department", () => {
  const said = (...departments: readonly JsonObject[]) => ({ [DINGTALK_USER]: { departments } });
  beforeEach(() => open());

  test("come from the person's extension, by id, externalId or path of the group, with the create", async () => {
    const a = await addGroup(house, { displayName: "A" });
    await addGroup(house, { displayName: "B", externalId: "EXT-B" });
    await addGroup(house, { displayName: "HK/C" });
    const id = await house.addUser(
      person("Li", {
        title: "Clerk",
        ...said({ value: a, title: "Buyer", order: 30 }, { value: "EXT-B", order: 20, main: true }, { value: "hk/c", title: "Auditor" }),
      }),
    );
    for (const { id: group } of (await house.pool.query("select id from groups")).rows) {
      await house.groups.change(house.context, group, { members: { kind: "delta", add: [id], remove: [] } });
    }
    await start();
    expect(await postsOf(id)).toEqual({
      A: { title: "Buyer", order: 30, main: false },
      B: { title: "Clerk", order: 20, main: true },
      C: { title: "Auditor", order: 0, main: false },
    });
    expect((await house.calls())["/topapi/v2/user/update"]).toBeUndefined();
    expect(await notesOf(id)).toEqual([]);
  });

  test("change in one call, follow the person's own title where nothing is said, and an equal document costs none", async () => {
    const id = await house.addUser(person("Li", { title: "Clerk" }));
    await addGroup(house, { displayName: "A" }, [id]);
    await addGroup(house, { displayName: "B" }, [id]);
    await start();
    await change(house, id, { title: "Director", ...said({ value: "A", title: "Buyer", order: 7 }) });
    await house.quiet();
    expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer", order: 7 }, B: { title: "Director" } });
    await change(house, id, { title: "Chair" });
    await house.quiet();
    expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer", order: 7 }, B: { title: "Chair" } });
    expect((await house.calls())["/topapi/v2/user/update"]).toMatchObject({ count: 2, refused: 0 });
    await house.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(house, id, { nickName: "L" });
    await house.quiet();
    expect((await house.calls())["/topapi/v2/user/update"]!.count).toBe(2);
  });

  test("in a department the person is not in are noted, and the rest is sent", async () => {
    const id = await house.addUser(person("Li", { title: "Clerk", ...said({ value: "Elsewhere", title: "Buyer" }) }));
    await start();
    expect(await notesOf(id)).toEqual(["positions: notAMember", "departments: inRoot"]);
    expect(await remote(house, id)).toMatchObject({ title: "Clerk" });
  });

  test("that an administrator set stay where the directory never said anything", async () => {
    const id = await house.addUser(person("Li", { title: "Clerk" }));
    await start();
    const dept_position_list = [{ dept_id: 1, title: "Chair" }];
    await house.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, dept_position_list } });
    await house.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(house, id, { nickName: "L" });
    await house.quiet();
    expect(await postsOf(id)).toMatchObject({ Sandbox: { title: "Chair" } });
  });
});

test("titles by department are cleared where the mapping owns them", async () => {
  await open(DEFAULT_MAPPING.replace("positions: dingtalk.departments ", "positions: { value: dingtalk.departments, empty: clear } "));
  const id = await house.addUser(person("Li", { [DINGTALK_USER]: { departments: [{ value: "A", title: "Buyer" }] } }));
  await addGroup(house, { displayName: "A" }, [id]);
  await start();
  expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer" } });
  await change(house, id, { [DINGTALK_USER]: {} });
  await house.quiet();
  expect((await postsOf(id))["A"]).not.toHaveProperty("title");
});

describe("departments by attributes", () => {
  const mapping = (lines: string, settings = ""): string =>
    DEFAULT_MAPPING.replace(/ {2}from: groups\n/, `  from: attributes\n  attributes:\n${lines}`).replace(
      /( {2}settings:\n)/,
      settings === "" ? "$1" : `$1${settings}`,
    );
  const at = (department: string, more: JsonObject = {}) => ({ [ENTERPRISE]: { department, ...more } });
  const departmentOf = async (name: string) => (await house.state()).departments.find((each) => each.name === name) as unknown as object;

  test("have their settings by their paths", async () => {
    const rules = '    brief: \'"Level " + string(department.level) + " of " + department.path\'\n';
    const ordered = "    order: 'department.name == \"Ops\" ? 5 : 9'\n";
    await open(
      mapping("    - { path: [enterprise.division, enterprise.department], main: true }\n", rules + ordered).replace(
        / {4}order: dingtalk.*\n/,
        "",
      ),
    );
    await house.addUser(person("Li", at("Ops", { division: "Asia" })));
    await start();
    expect(await departmentOf("Asia")).toMatchObject({ brief: "Level 1 of Asia", order: 9 });
    expect(await departmentOf("Ops")).toMatchObject({ brief: "Level 2 of Asia/Ops", order: 5 });
  });

  test("have them by the people in them, of whom the first one made is heard", async () => {
    await open(
      mapping(
        "    - path: enterprise.department\n      settings: { code: enterprise.costCenter, hide_dept: 'enterprise.division == \"secret\"' }\n",
      ),
    );
    const first = await house.addUser(person("First", at("Ops", { costCenter: "CC-1", division: "secret" })));
    const second = await house.addUser(person("Second", at("Ops", { costCenter: "CC-2" })));
    await start();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1", hide_dept: true });
    const calls = (await house.calls())["/topapi/v2/department/update"]!.count;
    await change(house, second, at("Ops", { costCenter: "CC-3" }));
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1" });
    expect((await house.calls())["/topapi/v2/department/update"]!.count).toBe(calls);
    await change(house, first, at("Ops", { costCenter: "CC-9", division: "open" }));
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-9", hide_dept: false });
    await change(house, first, at("Sales", { costCenter: "CC-9" }));
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-3" });
    expect(await departmentOf("Sales")).toMatchObject({ code: "CC-9" });
    await house.users.remove(house.context, second);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Sales: ["First"] });
  });

  test("give title and order there", async () => {
    await open(
      mapping(
        "    - { path: enterprise.department, title: enterprise.division, order: enterprise.costCenter, main: true }\n    - { path: enterprise.organization }\n",
      ),
    );
    const id = await house.addUser(
      person("Li", { title: "Clerk", ...at("Ops", { division: "Lead", costCenter: "40", organization: "Club" }) }),
    );
    await start();
    expect(await postsOf(id)).toEqual({ Ops: { title: "Lead", order: 40, main: true }, Club: { title: "Clerk", order: 0, main: false } });
  });

  test("may be those of other organisations by the rule that leads there", async () => {
    const rules =
      "    - { path: 'dingtalk.external ? enterprise.organization : \"\"', external: true }\n    - path: 'dingtalk.external ? \"\" : enterprise.department'\n";
    await open(mapping(rules));
    await house.addUser(person("Guest", { [DINGTALK_USER]: { external: true }, ...at("", { organization: "Acme" }) }));
    await house.addUser(person("Ours", at("Ops")));
    await start();
    expect(await chart(house)).toEqual({ "": [], Acme: ["Guest"], Ops: ["Ours"] });
    expect(await departmentOf("Acme")).toMatchObject({ outer_dept: true });
  });

  test("that external people are in keep everybody else out, whoever came first, and take them in when the last one has left", async () => {
    await open(
      mapping(
        "    - { path: 'dingtalk.external ? enterprise.organization : \"\"', external: true }\n    - path: 'dingtalk.external ? \"\" : enterprise.department'\n",
      ),
    );
    await house.addUser(person("Ours", at("Acme")));
    await start();
    expect(await chart(house)).toEqual({ "": [], Acme: ["Ours"] });
    const guest = await house.addUser(person("Guest", { [DINGTALK_USER]: { external: true }, ...at("", { organization: "Acme" }) }));
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Ours"], Acme: ["Guest"] });
    await house.addUser(person("Late", at("Acme")));
    await house.quiet();
    expect(await chart(house)).toEqual({ "": ["Late", "Ours"], Acme: ["Guest"] });
    await house.users.remove(house.context, guest);
    await house.quiet();
    expect(await chart(house)).toEqual({ "": [], Acme: ["Late", "Ours"] });
    expect(await departmentOf("Acme")).toMatchObject({ outer_dept: false });
  });

  test("beside groups: what a group says of its department is heard first", async () => {
    await open(
      mapping("    - path: enterprise.department\n      settings: { code: enterprise.costCenter }\n").replace(
        "from: attributes",
        "from: both",
      ),
    );
    const id = await house.addUser(person("Li", at("Ops", { costCenter: "CC-1" })));
    await start();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1" });
    const ops = await addGroup(house, { displayName: "Ops", [DINGTALK_GROUP]: { code: "GROUP" } }, [id]);
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "GROUP" });
    await change(house, id, at("Ops", { costCenter: "CC-2" }));
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "GROUP" });
    await house.groups.remove(house.context, ops);
    await house.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-2" });
  });

  test("are explained with what they say", async () => {
    await open(
      mapping(
        "    - { path: enterprise.department, title: enterprise.division, managers: enterprise.costCenter, settings: { code: enterprise.costCenter } }\n",
      ),
    );
    const id = await house.addUser(person("Li", at("Ops", { division: "Lead", costCenter: "C-1" })));
    const { explanations } = (await previewPerson(house.connect(), id))!;
    const of = (attribute: string) => explanations.find((one) => one.attribute === attribute)?.result;
    expect(of("departments")).toEqual([["Ops"]]);
    expect(of("managers of departments")).toEqual([{ path: ["Ops"], managers: ["C-1"] }]);
    expect(of("title and order by department")).toEqual([{ path: ["Ops"], title: "Lead", order: null }]);
    expect(of("settings of departments")).toEqual([{ path: ["Ops"], settings: { code: "C-1" } }]);
    expect(await stateOf(house, "user", id)).toMatchObject({ state: "due" });
  });
});
