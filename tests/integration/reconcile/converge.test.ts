import type { JsonObject } from "../../../src/core/entity.ts";
import { readGroup } from "../../../src/scim/resource/resource.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  openTestEnvironment,
  type RemoteUser,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import {
  changeGroup,
  change as changeOf,
  chart as chartOf,
  ENTERPRISE,
  person,
  remote as remoteOf,
} from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const remote = (id: string): Promise<RemoteUser | undefined> => remoteOf(env, id);
const chart = (): Promise<Record<string, string[]>> => chartOf(env);
const change = (id: string, more: JsonObject): Promise<void> => changeOf(env, id, more);

test("a person in no group sits in the root, with the attributes of the default mapping", async () => {
  const id = await env.addUser(
    person("Chan Tai Man", {
      title: "Accountant",
      emails: [{ type: "work", value: "tm.chan@example.com" }],
      [ENTERPRISE]: { employeeNumber: "HK1" },
    }),
  );
  env.startWorker();
  await env.quiet();
  expect(await remote(id)).toMatchObject({
    name: "Chan Tai Man",
    title: "Accountant",
    email: "tm.chan@example.com",
    job_number: "HK1",
    hide_mobile: true,
    dept_id_list: [1],
  });
});

test("a group named as a path becomes departments, and its members sit in the last one", async () => {
  const id = await env.addUser(person("Li Na"));
  await env.addGroup("HK/Sales/Retail", [id]);
  env.startWorker();
  await env.quiet();
  expect(await chart()).toEqual({ "": [], HK: [], "HK/Sales": [], "HK/Sales/Retail": ["Li Na"] });
});

test("a new person costs one call, a changed one another, an unchanged one none", async () => {
  const id = await env.addUser(person("Wong Siu Ming"));
  env.startWorker();
  await env.quiet();
  await change(id, { title: "Manager" });
  await env.quiet();
  await change(id, { title: "Manager" });
  await env.quiet();
  const calls = await env.calls();
  expect(calls["/topapi/v2/user/create"]).toMatchObject({ count: 1, refused: 0 });
  expect(calls["/topapi/v2/user/update"]).toMatchObject({ count: 1, refused: 0 });
  expect(calls["/topapi/v2/user/get"]).toBeUndefined();
});

test("ten changes that wait together are one call", async () => {
  const id = await env.addUser(person("Ho Ka Yan"));
  for (let n = 0; n < 10; n++) await change(id, { title: `Title ${n}` });
  env.startWorker();
  await env.quiet();
  expect((await remote(id))!["title"]).toBe("Title 9");
  const calls = await env.calls();
  expect(calls["/topapi/v2/user/create"]!.count).toBe(1);
  expect(calls["/topapi/v2/user/update"]).toBeUndefined();
});

test("a report that comes before the manager waits for them, and costs one call", async () => {
  const report = await env.addUser(person("Report", { [ENTERPRISE]: { manager: { value: "M-1" } } }));
  const manager = await env.addUser(person("Manager", { [ENTERPRISE]: { employeeNumber: "M-1" } }));
  env.startWorker();
  await env.quiet();
  expect((await remote(report))!.manager_userid).toBe(manager);
  expect((await env.calls())["/topapi/v2/user/update"]).toBeUndefined();
});

test("managers in a circle do not wait for each other for ever", async () => {
  const a = await env.addUser(
    person("A", { [ENTERPRISE]: { employeeNumber: "A-1", manager: { value: "B-1" } } }),
  );
  const b = await env.addUser(
    person("B", { [ENTERPRISE]: { employeeNumber: "B-1", manager: { value: "A-1" } } }),
  );
  env.startWorker();
  await env.quiet();
  expect([(await remote(a))!.manager_userid, (await remote(b))!.manager_userid]).toEqual([b, a]);
});

test("an inactive person leaves, returns with the same userid and departments", async () => {
  const id = await env.addUser(person("Leung"));
  await env.addGroup("Ops", [id]);
  env.startWorker();
  await env.quiet();
  await change(id, { active: false });
  await env.quiet();
  expect(await remote(id)).toBeUndefined();
  await change(id, { active: true });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], Ops: ["Leung"] });
  expect(await remote(id)).toBeDefined();
});

test("a deleted person is removed, and is cleared as manager of the reports", async () => {
  const manager = await env.addUser(person("Boss"));
  const report = await env.addUser(person("Report", { [ENTERPRISE]: { manager: { value: manager } } }));
  env.startWorker();
  await env.quiet();
  expect((await remote(report))!.manager_userid).toBe(manager);
  await env.users.remove(env.context, manager);
  await env.quiet();
  expect(await remote(manager)).toBeUndefined();
  expect((await remote(report))!.manager_userid ?? "").toBe("");
  expect((await env.pool.query("select 1 from entity_states where entity_id = $1", [manager])).rows).toEqual(
    [],
  );
});

test("a deleted group moves its people and goes, with ancestors that nothing needs any more", async () => {
  const id = await env.addUser(person("Yip"));
  const group = await env.addGroup("HK/Sales", [id]);
  env.startWorker();
  await env.quiet();
  await env.groups.remove(env.context, group);
  await env.quiet();
  expect(await chart()).toEqual({ "": ["Yip"] });
  expect((await env.pool.query("select 1 from departments")).rows).toEqual([]);
});

test("a renamed group renames its department; nobody moves", async () => {
  const id = await env.addUser(person("Ng"));
  const group = await env.addGroup("Sales", [id]);
  env.startWorker();
  await env.quiet();
  const before = (await env.state()).departments.find((department) => department.name === "Sales")!.dept_id;
  await env.groups.change(env.context, group, { decide: () => readGroup({ displayName: "Trade" }).content });
  await env.quiet();
  const after = (await env.state()).departments.find((department) => department.name === "Trade")!.dept_id;
  expect(after).toBe(before);
  expect((await env.calls())["/topapi/v2/user/update"]).toBeUndefined();
});

test("a group that moves below its own department, and back", async () => {
  const id = await env.addUser(person("Ng"));
  const group = await env.addGroup("Sales", [id]);
  env.startWorker();
  await env.quiet();
  await changeGroup(env, group, { displayName: "Sales/Retail/Shop" });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], Sales: [], "Sales/Retail": [], "Sales/Retail/Shop": ["Ng"] });
  await changeGroup(env, group, { displayName: "Sales" });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], Sales: ["Ng"] });
});

test("two departments swap their names, each keeps its people", async () => {
  const a = await env.addUser(person("A"));
  const b = await env.addUser(person("B"));
  const first = await env.addGroup("HK/First", [a]);
  const second = await env.addGroup("HK/Second", [b]);
  env.startWorker();
  await env.quiet();
  await changeGroup(env, first, { displayName: "HK/Aside" });
  await changeGroup(env, second, { displayName: "HK/First" });
  await changeGroup(env, first, { displayName: "HK/Second" });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], HK: [], "HK/First": ["B"], "HK/Second": ["A"] });
});

test("a subtree moves when the names of its groups do, in any order", async () => {
  const id = await env.addUser(person("Ng"));
  const top = await env.addGroup("HK/Sales");
  const leaf = await env.addGroup("HK/Sales/Retail", [id]);
  env.startWorker();
  await env.quiet();
  await changeGroup(env, leaf, { displayName: "CN/Sales/Retail" });
  await changeGroup(env, top, { displayName: "CN/Sales" });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], CN: [], "CN/Sales": [], "CN/Sales/Retail": ["Ng"] });
});

test("people move between departments in one call", async () => {
  const id = await env.addUser(person("Kwok"));
  const from = await env.addGroup("From", [id]);
  const to = await env.addGroup("To");
  env.startWorker();
  await env.quiet();
  await env.groups.change(env.context, to, { members: { kind: "delta", add: [id], remove: [] } });
  await env.groups.change(env.context, from, { members: { kind: "delta", add: [], remove: [id] } });
  await env.quiet();
  expect(await chart()).toEqual({ "": [], From: [], To: ["Kwok"] });
});

test("what DingTalk has of its own is left alone", async () => {
  await env.control("edit", { call: "/topapi/v2/department/create", body: { name: "Theirs", parent_id: 1 } });
  await env.control("edit", {
    call: "/topapi/v2/user/create",
    body: { userid: "stranger", name: "Stranger", mobile: "+852-61234567", dept_id_list: "1" },
  });
  const id = await env.addUser(person("Ours"));
  env.startWorker();
  await env.quiet();
  await env.users.remove(env.context, id);
  await env.quiet();
  expect(await chart()).toEqual({ "": ["Stranger"], Theirs: [] });
});

test("in observe mode nothing is sent, and what was planned is held", async () => {
  const id = await env.addUser(person("Watched"));
  env.startWorker({ mode: "observe" });
  await env.quiet();
  expect(await remote(id)).toBeUndefined();
  const { rows } = await env.pool.query("select state, reason from entity_states where entity_id = $1", [id]);
  expect(rows).toEqual([{ state: "held", reason: "mode is observe: create was planned, not sent" }]);
});

test.each([
  ["an answer lost after the commit", { fault: "timeout_after_commit", times: 2, delayMs: 10 }],
  ["a dropped call", { fault: "timeout_before", times: 2, delayMs: 10 }],
  ["HTTP 500", { fault: "http500", times: 2 }],
  ["busy", { fault: "busy", times: 2 }],
  ["an expired token", { fault: "token_expired", times: 1 }],
])("%s on create: one person and one department in the end", async (_name, fault) => {
  await env.control("faults", { match: "/topapi/v2/user/create", ...fault });
  await env.control("faults", { match: "/topapi/v2/department/create", ...fault });
  const id = await env.addUser(person("Once"));
  await env.addGroup("Only", [id]);
  env.startWorker();
  await env.quiet(20_000);
  expect(await chart()).toEqual({ "": [], Only: ["Once"] });
});
