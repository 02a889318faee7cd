import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { previewPerson } from "../../../src/reconcile/compare/preview.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  chart,
  DINGTALK_GROUP,
  DINGTALK_USER,
  ENTERPRISE,
  notesOn,
  person,
  remote,
  stateOf,
} from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
const open = async (mapping = DEFAULT_MAPPING): Promise<void> => {
  env = await openTestEnvironment({ mapping });
};
afterEach(() => env.close());

const start = async (): Promise<void> => {
  env.startWorker();
  await env.quiet();
};
const notesOf = (id: string) => notesOn(env, id);

/** Title, order and main department as DingTalk shows them, by the name of the department. */
async function postsOf(
  id: string,
): Promise<Readonly<Record<string, { title?: string; order: number; main: boolean }>>> {
  const { departments } = await env.state();
  const user = (await remote(env, id)) as unknown as {
    dept_position_list: readonly { dept_id: number; is_main: boolean; title?: string }[];
    dept_order_list: readonly { dept_id: number; order: number }[];
  };
  return Object.fromEntries(
    user.dept_position_list.map(({ dept_id, is_main, title }) => [
      departments.find((each) => each.dept_id === dept_id)!.name,
      {
        ...(title ? { title } : {}),
        order: user.dept_order_list.find((each) => each.dept_id === dept_id)?.order ?? 0,
        main: is_main,
      },
    ]),
  );
}

describe("title, order and main department by department", () => {
  const said = (...departments: readonly JsonObject[]) => ({ [DINGTALK_USER]: { departments } });
  beforeEach(() => open());

  test("come from the person's extension, by id, externalId or path of the group, with the create", async () => {
    const a = await addGroup(env, { displayName: "A" });
    await addGroup(env, { displayName: "B", externalId: "EXT-B" });
    await addGroup(env, { displayName: "HK/C" });
    const id = await env.addUser(
      person("Li", {
        title: "Clerk",
        ...said(
          { value: a, title: "Buyer", order: 30 },
          { value: "EXT-B", order: 20, main: true },
          { value: "hk/c", title: "Auditor" },
        ),
      }),
    );
    for (const { id: group } of (await env.pool.query("select id from groups")).rows) {
      await env.groups.change(env.context, group, { members: { kind: "delta", add: [id], remove: [] } });
    }
    await start();
    expect(await postsOf(id)).toEqual({
      A: { title: "Buyer", order: 30, main: false },
      B: { title: "Clerk", order: 20, main: true },
      C: { title: "Auditor", order: 0, main: false },
    });
    expect((await env.calls())["/topapi/v2/user/update"]).toBeUndefined();
    expect(await notesOf(id)).toEqual([]);
  });

  test("change in one call, follow the person's own title where nothing is said, and an equal document costs none", async () => {
    const id = await env.addUser(person("Li", { title: "Clerk" }));
    await addGroup(env, { displayName: "A" }, [id]);
    await addGroup(env, { displayName: "B" }, [id]);
    await start();
    await change(env, id, { title: "Director", ...said({ value: "A", title: "Buyer", order: 7 }) });
    await env.quiet();
    expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer", order: 7 }, B: { title: "Director" } });
    await change(env, id, { title: "Chair" });
    await env.quiet();
    expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer", order: 7 }, B: { title: "Chair" } });
    expect((await env.calls())["/topapi/v2/user/update"]).toMatchObject({ count: 2, refused: 0 });
    await env.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(env, id, { nickName: "L" });
    await env.quiet();
    expect((await env.calls())["/topapi/v2/user/update"]!.count).toBe(2);
  });

  test("in a department the person is not in are noted, and the rest is sent", async () => {
    const id = await env.addUser(
      person("Li", { title: "Clerk", ...said({ value: "Elsewhere", title: "Buyer" }) }),
    );
    await start();
    expect(await notesOf(id)).toEqual(["positions: notAMember", "departments: inRoot"]);
    expect(await remote(env, id)).toMatchObject({ title: "Clerk" });
  });

  test("that an administrator set stay where the directory never said anything", async () => {
    const id = await env.addUser(person("Li", { title: "Clerk" }));
    await start();
    const dept_position_list = [{ dept_id: 1, title: "Chair" }];
    await env.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, dept_position_list } });
    await env.pool.query("update links set attributes = null where entity_id = $1", [id]);
    await change(env, id, { nickName: "L" });
    await env.quiet();
    expect(await postsOf(id)).toMatchObject({ Sandbox: { title: "Chair" } });
  });
});

test("titles by department are cleared where the mapping owns them", async () => {
  await open(
    DEFAULT_MAPPING.replace(
      "positions: dingtalk.departments ",
      "positions: { value: dingtalk.departments, empty: clear } ",
    ),
  );
  const id = await env.addUser(
    person("Li", { [DINGTALK_USER]: { departments: [{ value: "A", title: "Buyer" }] } }),
  );
  await addGroup(env, { displayName: "A" }, [id]);
  await start();
  expect(await postsOf(id)).toMatchObject({ A: { title: "Buyer" } });
  await change(env, id, { [DINGTALK_USER]: {} });
  await env.quiet();
  expect((await postsOf(id))["A"]).not.toHaveProperty("title");
});

describe("departments by attributes", () => {
  const mapping = (lines: string, settings = ""): string =>
    DEFAULT_MAPPING.replace(/ {2}from: groups\n/, `  from: attributes\n  attributes:\n${lines}`).replace(
      /( {2}settings:\n)/,
      settings === "" ? "$1" : `$1${settings}`,
    );
  const at = (department: string, more: JsonObject = {}) => ({ [ENTERPRISE]: { department, ...more } });
  const departmentOf = async (name: string) =>
    (await env.state()).departments.find((each) => each.name === name) as unknown as object;

  test("have their settings by their paths", async () => {
    const rules = '    brief: \'"Level " + string(department.level) + " of " + department.path\'\n';
    const ordered = "    order: 'department.name == \"Ops\" ? 5 : 9'\n";
    await open(
      mapping(
        "    - { path: [enterprise.division, enterprise.department], main: true }\n",
        rules + ordered,
      ).replace(/ {4}order: dingtalk.*\n/, ""),
    );
    await env.addUser(person("Li", at("Ops", { division: "Asia" })));
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
    const first = await env.addUser(person("First", at("Ops", { costCenter: "CC-1", division: "secret" })));
    const second = await env.addUser(person("Second", at("Ops", { costCenter: "CC-2" })));
    await start();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1", hide_dept: true });
    const calls = (await env.calls())["/topapi/v2/department/update"]!.count;
    await change(env, second, at("Ops", { costCenter: "CC-3" }));
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1" });
    expect((await env.calls())["/topapi/v2/department/update"]!.count).toBe(calls);
    await change(env, first, at("Ops", { costCenter: "CC-9", division: "open" }));
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-9", hide_dept: false });
    await change(env, first, at("Sales", { costCenter: "CC-9" }));
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-3" });
    expect(await departmentOf("Sales")).toMatchObject({ code: "CC-9" });
    await env.users.remove(env.context, second);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Sales: ["First"] });
  });

  test("give title and order there", async () => {
    await open(
      mapping(
        "    - { path: enterprise.department, title: enterprise.division, order: enterprise.costCenter, main: true }\n    - { path: enterprise.organization }\n",
      ),
    );
    const id = await env.addUser(
      person("Li", {
        title: "Clerk",
        ...at("Ops", { division: "Lead", costCenter: "40", organization: "Club" }),
      }),
    );
    await start();
    expect(await postsOf(id)).toEqual({
      Ops: { title: "Lead", order: 40, main: true },
      Club: { title: "Clerk", order: 0, main: false },
    });
  });

  test("may be those of other organisations by the rule that leads there", async () => {
    const rules =
      "    - { path: 'dingtalk.external ? enterprise.organization : \"\"', external: true }\n    - path: 'dingtalk.external ? \"\" : enterprise.department'\n";
    await open(mapping(rules));
    await env.addUser(
      person("Guest", { [DINGTALK_USER]: { external: true }, ...at("", { organization: "Acme" }) }),
    );
    await env.addUser(person("Ours", at("Ops")));
    await start();
    expect(await chart(env)).toEqual({ "": [], Acme: ["Guest"], Ops: ["Ours"] });
    expect(await departmentOf("Acme")).toMatchObject({ outer_dept: true });
  });

  test("that external people are in keep everybody else out, whoever came first, and take them in when the last one has left", async () => {
    await open(
      mapping(
        "    - { path: 'dingtalk.external ? enterprise.organization : \"\"', external: true }\n    - path: 'dingtalk.external ? \"\" : enterprise.department'\n",
      ),
    );
    await env.addUser(person("Ours", at("Acme")));
    await start();
    expect(await chart(env)).toEqual({ "": [], Acme: ["Ours"] });
    const guest = await env.addUser(
      person("Guest", { [DINGTALK_USER]: { external: true }, ...at("", { organization: "Acme" }) }),
    );
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Ours"], Acme: ["Guest"] });
    await env.addUser(person("Late", at("Acme")));
    await env.quiet();
    expect(await chart(env)).toEqual({ "": ["Late", "Ours"], Acme: ["Guest"] });
    await env.users.remove(env.context, guest);
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Acme: ["Late", "Ours"] });
    expect(await departmentOf("Acme")).toMatchObject({ outer_dept: false });
  });

  test("beside groups: what a group says of its department is heard first", async () => {
    await open(
      mapping("    - path: enterprise.department\n      settings: { code: enterprise.costCenter }\n").replace(
        "from: attributes",
        "from: both",
      ),
    );
    const id = await env.addUser(person("Li", at("Ops", { costCenter: "CC-1" })));
    await start();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-1" });
    const ops = await addGroup(env, { displayName: "Ops", [DINGTALK_GROUP]: { code: "GROUP" } }, [id]);
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "GROUP" });
    await change(env, id, at("Ops", { costCenter: "CC-2" }));
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "GROUP" });
    await env.groups.remove(env.context, ops);
    await env.quiet();
    expect(await departmentOf("Ops")).toMatchObject({ code: "CC-2" });
  });

  test("are explained with what they say", async () => {
    await open(
      mapping(
        "    - { path: enterprise.department, title: enterprise.division, managers: enterprise.costCenter, settings: { code: enterprise.costCenter } }\n",
      ),
    );
    const id = await env.addUser(person("Li", at("Ops", { division: "Lead", costCenter: "C-1" })));
    const { explanations } = (await previewPerson(env.connect(), id))!;
    const of = (attribute: string) => explanations.find((one) => one.attribute === attribute)?.result;
    expect(of("departments")).toEqual([["Ops"]]);
    expect(of("managers of departments")).toEqual([{ path: ["Ops"], managers: ["C-1"] }]);
    expect(of("title and order by department")).toEqual([{ path: ["Ops"], title: "Lead", order: null }]);
    expect(of("settings of departments")).toEqual([{ path: ["Ops"], settings: { code: "C-1" } }]);
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "due" });
  });
});
