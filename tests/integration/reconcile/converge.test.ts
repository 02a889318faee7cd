import type { JsonObject } from "../../../src/core/entity.ts";
import { readGroup } from "../../../src/scim/resource/resource.ts";
import { type House, openHouse, type RemoteUser } from "../../support/house.ts";
import { changeGroup, change as changeOf, chart as chartOf, ENTERPRISE, person, remote as remoteOf } from "./sample.ts";

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const remote = (id: string): Promise<RemoteUser | undefined> => remoteOf(house, id);
const chart = (): Promise<Record<string, string[]>> => chartOf(house);
const change = (id: string, more: JsonObject): Promise<void> => changeOf(house, id, more);

test("a person in no group sits in the root, with the attributes of the default mapping", async () => {
  const id = await house.addUser(
    person("Chan Tai Man", {
      title: "Accountant",
      emails: [{ type: "work", value: "tm.chan@example.com" }],
      [ENTERPRISE]: { employeeNumber: "HK1" },
    }),
  );
  house.startWorker();
  await house.quiet();
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
  const id = await house.addUser(person("Li Na"));
  await house.addGroup("HK/Sales/Retail", [id]);
  house.startWorker();
  await house.quiet();
  expect(await chart()).toEqual({ "": [], HK: [], "HK/Sales": [], "HK/Sales/Retail": ["Li Na"] });
});

test("a new person costs one call, a changed one another, an unchanged one none", async () => {
  const id = await house.addUser(person("Wong Siu Ming"));
  house.startWorker();
  await house.quiet();
  await change(id, { title: "Manager" });
  await house.quiet();
  await change(id, { title: "Manager" });
  await house.quiet();
  const calls = await house.calls();
  expect(calls["/topapi/v2/user/create"]).toMatchObject({ count: 1, refused: 0 });
  expect(calls["/topapi/v2/user/update"]).toMatchObject({ count: 1, refused: 0 });
  expect(calls["/topapi/v2/user/get"]).toBeUndefined();
});

test("ten changes that wait together are one call", async () => {
  const id = await house.addUser(person("Ho Ka Yan"));
  for (let n = 0; n < 10; n++) await change(id, { title: `Title ${n}` });
  house.startWorker();
  await house.quiet();
  expect((await remote(id))!["title"]).toBe("Title 9");
  const calls = await house.calls();
  expect(calls["/topapi/v2/user/create"]!.count).toBe(1);
  expect(calls["/topapi/v2/user/update"]).toBeUndefined();
});

test("a report that comes before the manager waits for them, and costs one call", async () => {
  const report = await house.addUser(person("Report", { [ENTERPRISE]: { manager: { value: "M-1" } } }));
  const manager = await house.addUser(person("Manager", { [ENTERPRISE]: { employeeNumber: "M-1" } }));
  house.startWorker();
  await house.quiet();
  expect((await remote(report))!.manager_userid).toBe(manager);
  expect((await house.calls())["/topapi/v2/user/update"]).toBeUndefined();
});

test("managers in a circle do not wait for each other for ever", async () => {
  const a = await house.addUser(person("A", { [ENTERPRISE]: { employeeNumber: "A-1", manager: { value: "B-1" } } }));
  const b = await house.addUser(person("B", { [ENTERPRISE]: { employeeNumber: "B-1", manager: { value: "A-1" } } }));
  house.startWorker();
  await house.quiet();
  expect([(await remote(a))!.manager_userid, (await remote(b))!.manager_userid]).toEqual([b, a]);
});

test("an inactive person leaves, returns with the same userid and departments", async () => {
  const id = await house.addUser(person("Leung"));
  await house.addGroup("Ops", [id]);
  house.startWorker();
  await house.quiet();
  await change(id, { active: false });
  await house.quiet();
  expect(await remote(id)).toBeUndefined();
  await change(id, { active: true });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], Ops: ["Leung"] });
  expect(await remote(id)).toBeDefined();
});

test("a deleted person is removed, and is cleared as manager of the reports", async () => {
  const manager = await house.addUser(person("Boss"));
  const report = await house.addUser(person("Report", { [ENTERPRISE]: { manager: { value: manager } } }));
  house.startWorker();
  await house.quiet();
  expect((await remote(report))!.manager_userid).toBe(manager);
  await house.users.remove(house.context, manager);
  await house.quiet();
  expect(await remote(manager)).toBeUndefined();
  expect((await remote(report))!.manager_userid ?? "").toBe("");
  expect((await house.pool.query("select 1 from entity_states where entity_id = $1", [manager])).rows).toEqual([]);
});

test("a deleted group moves its people and goes, with ancestors that nothing needs any more", async () => {
  const id = await house.addUser(person("Yip"));
  const group = await house.addGroup("HK/Sales", [id]);
  house.startWorker();
  await house.quiet();
  await house.groups.remove(house.context, group);
  await house.quiet();
  expect(await chart()).toEqual({ "": ["Yip"] });
  expect((await house.pool.query("select 1 from departments")).rows).toEqual([]);
});

test("a renamed group renames its department; nobody moves", async () => {
  const id = await house.addUser(person("Ng"));
  const group = await house.addGroup("Sales", [id]);
  house.startWorker();
  await house.quiet();
  const before = (await house.state()).departments.find((department) => department.name === "Sales")!.dept_id;
  await house.groups.change(house.context, group, { decide: () => readGroup({ displayName: "Trade" }).content });
  await house.quiet();
  const after = (await house.state()).departments.find((department) => department.name === "Trade")!.dept_id;
  expect(after).toBe(before);
  expect((await house.calls())["/topapi/v2/user/update"]).toBeUndefined();
});

test("a group that moves below its own department, and back", async () => {
  const id = await house.addUser(person("Ng"));
  const group = await house.addGroup("Sales", [id]);
  house.startWorker();
  await house.quiet();
  await changeGroup(house, group, { displayName: "Sales/Retail/Shop" });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], Sales: [], "Sales/Retail": [], "Sales/Retail/Shop": ["Ng"] });
  await changeGroup(house, group, { displayName: "Sales" });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], Sales: ["Ng"] });
});

test("two departments swap their names, each keeps its people", async () => {
  const a = await house.addUser(person("A"));
  const b = await house.addUser(person("B"));
  const first = await house.addGroup("HK/First", [a]);
  const second = await house.addGroup("HK/Second", [b]);
  house.startWorker();
  await house.quiet();
  await changeGroup(house, first, { displayName: "HK/Aside" });
  await changeGroup(house, second, { displayName: "HK/First" });
  await changeGroup(house, first, { displayName: "HK/Second" });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], HK: [], "HK/First": ["B"], "HK/Second": ["A"] });
});

test("a subtree moves when the names of its groups do, in any order", async () => {
  const id = await house.addUser(person("Ng"));
  const top = await house.addGroup("HK/Sales");
  const leaf = await house.addGroup("HK/Sales/Retail", [id]);
  house.startWorker();
  await house.quiet();
  await changeGroup(house, leaf, { displayName: "CN/Sales/Retail" });
  await changeGroup(house, top, { displayName: "CN/Sales" });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], CN: [], "CN/Sales": [], "CN/Sales/Retail": ["Ng"] });
});

test("people move between departments in one call", async () => {
  const id = await house.addUser(person("Kwok"));
  const from = await house.addGroup("From", [id]);
  const to = await house.addGroup("To");
  house.startWorker();
  await house.quiet();
  await house.groups.change(house.context, to, { members: { kind: "delta", add: [id], remove: [] } });
  await house.groups.change(house.context, from, { members: { kind: "delta", add: [], remove: [id] } });
  await house.quiet();
  expect(await chart()).toEqual({ "": [], From: [], To: ["Kwok"] });
});

test("what DingTalk has of its own is left alone", async () => {
  await house.control("edit", { call: "/topapi/v2/department/create", body: { name: "Theirs", parent_id: 1 } });
  await house.control("edit", {
    call: "/topapi/v2/user/create",
    body: { userid: "stranger", name: "Stranger", mobile: "+852-61234567", dept_id_list: "1" },
  });
  const id = await house.addUser(person("Ours"));
  house.startWorker();
  await house.quiet();
  await house.users.remove(house.context, id);
  await house.quiet();
  expect(await chart()).toEqual({ "": ["Stranger"], Theirs: [] });
});

test("in observe mode nothing is sent, and what was planned is held", async () => {
  const id = await house.addUser(person("Watched"));
  house.startWorker({ mode: "observe" });
  await house.quiet();
  expect(await remote(id)).toBeUndefined();
  const { rows } = await house.pool.query("select state, reason from entity_states where entity_id = $1", [id]);
  expect(rows).toEqual([{ state: "held", reason: "mode is observe: create was planned, not sent" }]);
});

test.each([
  ["an answer lost after the commit", { fault: "timeout_after_commit", times: 2, delayMs: 10 }],
  ["a dropped call", { fault: "timeout_before", times: 2, delayMs: 10 }],
  ["HTTP 500", { fault: "http500", times: 2 }],
  ["busy", { fault: "busy", times: 2 }],
  ["an expired token", { fault: "token_expired", times: 1 }],
])("%s on create: one person and one department in the end", async (_name, fault) => {
  await house.control("faults", { match: "/topapi/v2/user/create", ...fault });
  await house.control("faults", { match: "/topapi/v2/department/create", ...fault });
  const id = await house.addUser(person("Once"));
  await house.addGroup("Only", [id]);
  house.startWorker();
  await house.quiet(20_000);
  expect(await chart()).toEqual({ "": [], Only: ["Once"] });
});
