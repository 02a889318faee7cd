import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  DINGTALK_GROUP,
  ENTERPRISE,
  members,
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
const managersOf = async (name: string): Promise<readonly string[]> => {
  const department = (await env.state()).departments.find((each) => each.name === name);
  return department!.dept_manager_userid_list;
};
const notesOf = async (name: string): Promise<readonly string[]> => {
  const { rows } = await env.pool.query(
    "select s.notes from departments d join entity_states s on s.kind = 'department' and s.entity_id = d.id where d.name = $1 and d.present",
    [name],
  );
  return (JSON.parse(rows[0]?.notes ?? "[]") as { code: string }[]).map(({ code }) => code);
};
const led = (...references: readonly string[]) => ({
  [DINGTALK_GROUP]: { managers: references.map((value) => ({ value })) },
});
const byHand = async (name: string, ...managers: readonly string[]): Promise<void> => {
  const { dept_id } = (await env.state()).departments.find((each) => each.name === name)!;
  const body = { dept_id, dept_manager_userid_list: managers.join(",") };
  await env.control("edit", { call: "/topapi/v2/department/update", body });
};

describe("managers that a group names", () => {
  beforeEach(() => open());

  test("are set once they are members, by id, externalId or employee number", async () => {
    const a = await env.addUser(person("A"));
    const b = await env.addUser(person("B", { externalId: "EXT-B" }));
    const c = await env.addUser(person("C", { [ENTERPRISE]: { employeeNumber: "C-1" } }));
    await addGroup(env, { displayName: "Ops", ...led(a, "EXT-B", "C-1") }, [a, b, c]);
    await start();
    expect([...(await managersOf("Ops"))].sort()).toEqual([a, b, c].sort());
    expect(await notesOf("Ops")).toEqual([]);
    const calls = await env.calls();
    expect(calls["/topapi/v2/department/create"]).toMatchObject({ count: 1, refused: 0 });
    expect(calls["/topapi/v2/department/update"]!.refused).toBe(0);
  });

  test("may be one, as a text", async () => {
    const a = await env.addUser(person("A"));
    await addGroup(env, { displayName: "Ops", [DINGTALK_GROUP]: { manager: a } }, [a]);
    await start();
    expect(await managersOf("Ops")).toEqual([a]);
  });

  test("who are not there yet are noted, keep nothing back, and are set when they come", async () => {
    const a = await env.addUser(person("A"));
    const ops = await addGroup(env, { displayName: "Ops", ...led("EXT-B", a) });
    await start();
    expect(await notesOf("Ops")).toEqual(expect.arrayContaining(["unknownManager", "managerNotMember"]));
    await changeGroup(env, ops, { displayName: "Operations" });
    await env.quiet();
    expect(await managersOf("Operations")).toEqual([]);

    await members(env, ops, { add: [a] });
    await env.quiet();
    expect(await managersOf("Operations")).toEqual([a]);
    const b = await env.addUser(person("B", { externalId: "EXT-B" }));
    await members(env, ops, { add: [b] });
    await env.quiet();
    expect([...(await managersOf("Operations"))].sort()).toEqual([a, b].sort());
    expect(await notesOf("Operations")).toEqual([]);
  });

  test("who are unknown are noted by the run that makes the department, as nothing may bring another", async () => {
    await addGroup(env, { displayName: "Ops", ...led("EXT-B") });
    await start();
    expect(await notesOf("Ops")).toEqual(["unknownManager"]);
    const b = await env.addUser(person("B", { externalId: "EXT-B" }));
    await env.quiet();
    expect([await managersOf("Ops"), await notesOf("Ops")]).toEqual([[], ["managerNotMember"]]);
    expect(await stateOf(env, "user", b)).toMatchObject({ state: "inSync" });
  });

  test("who leave the organisation are dropped, and return", async () => {
    const a = await env.addUser(person("A"));
    const b = await env.addUser(person("B"));
    await addGroup(env, { displayName: "Ops", ...led(a, b) }, [a, b]);
    await start();
    await change(env, a, { active: false });
    await env.users.remove(env.context, b);
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([]);
    expect(await notesOf("Ops")).toEqual(["managerLeft", "unknownManager"]);
    await change(env, a, { active: true });
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([a]);
  });

  test("are taken away when the group names others, or none any more", async () => {
    const a = await env.addUser(person("A"));
    const b = await env.addUser(person("B"));
    const ops = await addGroup(env, { displayName: "Ops", ...led(a) }, [a, b]);
    await start();
    await changeGroup(env, ops, led(b));
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([b]);
    await changeGroup(env, ops, led());
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([]);
  });

  test("are left to DingTalk's administrators where nobody ever named one", async () => {
    const a = await env.addUser(person("A"));
    const ops = await addGroup(env, { displayName: "Ops" }, [a]);
    await start();
    await byHand("Ops", a);
    await changeGroup(env, ops, { displayName: "Operations", [DINGTALK_GROUP]: { order: 3 } });
    await env.quiet();
    expect(await managersOf("Operations")).toEqual([a]);
  });
});

describe.each(["dropped", "refused"])(
  "a manager who moves to another department, where DingTalk's answer would be: %s",
  (switchedTo) => {
    beforeEach(async () => {
      await open();
      await env.control("switches", { managerLeavesDepartment: switchedTo });
    });

    test("is let go first, then moves", async () => {
      const a = await env.addUser(person("A"));
      const from = await addGroup(env, { displayName: "From", ...led(a) }, [a]);
      const to = await addGroup(env, { displayName: "To" });
      await start();
      expect(await managersOf("From")).toEqual([a]);
      await members(env, to, { add: [a] });
      await members(env, from, { remove: [a] });
      await env.quiet();
      expect(await stateOf(env, "user", a)).toMatchObject({ state: "inSync" });
      expect((await remote(env, a))!.dept_id_list).toHaveLength(1);
      expect(await managersOf("From")).toEqual([]);
      // One for both changes, or one for each if the worker looked between them.
      const updates = (await env.calls())["/topapi/v2/user/update"]!;
      expect(updates.refused).toBe(0);
      expect(updates.count).toBeLessThanOrEqual(2);
    });

    test("is let go as well where an administrator made them one, and the others stay", async () => {
      const a = await env.addUser(person("A"));
      const b = await env.addUser(person("B"));
      const from = await addGroup(env, { displayName: "From" }, [a, b]);
      await start();
      await byHand("From", a, b);
      // What an administrator did is known once something of the department was read.
      await env.pool.query("update links set attributes = null where kind = 'department'");
      await changeGroup(env, from, { [DINGTALK_GROUP]: { order: 3 } });
      await env.quiet();
      await members(env, from, { remove: [a] });
      await env.quiet();
      expect((await remote(env, a))!.dept_id_list).toEqual([1]);
      expect(await managersOf("From")).toEqual([b]);
    });

    test("who leads two departments and leaves both costs one call each", async () => {
      const a = await env.addUser(person("A"));
      const one = await addGroup(env, { displayName: "One", ...led(a) }, [a]);
      const two = await addGroup(env, { displayName: "Two", ...led(a) }, [a]);
      await start();
      await env.groups.remove(env.context, one);
      await env.groups.remove(env.context, two);
      await env.quiet();
      expect((await env.state()).departments.map(({ name }) => name)).toEqual(["Sandbox"]);
      expect((await remote(env, a))!.dept_id_list).toEqual([1]);
    });
  },
);

describe("managers who were lost at DingTalk", () => {
  beforeEach(() => open());

  const twoManagers = async () => {
    const [a, b] = [await env.addUser(person("A")), await env.addUser(person("B"))];
    await addGroup(env, { displayName: "Ops", ...led(a, b) }, [a, b]);
    await start();
    return { a, both: [a, b].sort() };
  };
  const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

  test("are found by the comparison, which reads only the department that differs", async () => {
    const { a, both } = await twoManagers();
    await env.addGroup("Sales", [a]);
    await env.quiet();
    await byHand("Ops", a);
    const before = await env.calls();
    expect(await compare()).toMatchObject({ differing: 1, missing: 0 });
    const after = await env.calls();
    const reads = "/topapi/v2/department/get";
    expect((after[reads]?.count ?? 0) - (before[reads]?.count ?? 0)).toBe(1);
    await env.quiet();
    expect([...(await managersOf("Ops"))].sort()).toEqual(both);
    expect(await compare()).toMatchObject({ differing: 0 });
  });

  test("are found as soon as the person has to be put back, as after a call that came late", async () => {
    const { a, both } = await twoManagers();
    await env.control("edit", { call: "/topapi/v2/user/update", body: { userid: a, dept_id_list: "1" } });
    expect(await managersOf("Ops")).not.toContain(a);
    await env.pool.query("update links set attributes = null where entity_id = $1", [a]);
    await env.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [a]);
    await env.quiet();
    expect([...(await managersOf("Ops"))].sort()).toEqual(both);
  });
});

describe("managers by attributes", () => {
  const mapping = (managers: string): string =>
    DEFAULT_MAPPING.replace(
      / {2}from: groups\n/,
      `  from: attributes\n  attributes:\n    - path: enterprise.department\n${managers}`,
    );
  const at = (department: string, more: JsonObject = {}) => ({ [ENTERPRISE]: { department, ...more } });

  test("each person may say who leads", async () => {
    await open(mapping("      managers: enterprise.division\n"));
    const boss = await env.addUser(person("Boss", at("Ops", { employeeNumber: "B-1", division: "B-1" })));
    const clerk = await env.addUser(person("Clerk", at("Ops", { division: "B-1" })));
    await start();
    expect(await managersOf("Ops")).toEqual([boss]);
    await change(env, clerk, { ...at("Ops", { division: "C-1", employeeNumber: "C-1" }) });
    await env.quiet();
    expect([...(await managersOf("Ops"))].sort()).toEqual([boss, clerk].sort());
    await change(env, boss, { ...at("Ops", { employeeNumber: "B-1", division: "C-1" }) });
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([clerk]);
  });

  test("or who leads says so of themselves", async () => {
    await open(mapping(`      managers: 'user.title == "Head" ? user.id : ""'\n`));
    const boss = await env.addUser(person("Boss", { ...at("Ops"), title: "Head" }));
    await env.addUser(person("Clerk", at("Ops")));
    await start();
    expect(await managersOf("Ops")).toEqual([boss]);
    await change(env, boss, { title: "Clerk" });
    await env.quiet();
    expect(await managersOf("Ops")).toEqual([]);
  });

  test("or a table does, by the path", async () => {
    await open(
      mapping("")
        .replace("version: 1\n", 'version: 1\ntables:\n  heads: { "Ops": B-1 }\n')
        .replace(/ {2}managers: firstOf.*\n/, '  managers: lookup("heads", department.path, "")\n'),
    );
    const boss = await env.addUser(person("Boss", at("Ops", { employeeNumber: "B-1" })));
    await env.addUser(person("Other", at("Sales")));
    await start();
    expect([await managersOf("Ops"), await managersOf("Sales")]).toEqual([[boss], []]);
  });
});
