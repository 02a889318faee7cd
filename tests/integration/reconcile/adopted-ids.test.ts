import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { type House, openHouse } from "../../support/house.ts";
import { change, changeGroup, DINGTALK_GROUP, ENTERPRISE, person, stateOf } from "./sample.ts";

/* A person who was at DingTalk before keeps their userid: from then on the link says who they are, and our id says nothing. */

const USERID = "manager4711";
const MOBILE = "+852 6777 0001";
const ROLES = DEFAULT_MAPPING.replace("from: groups", 'from: groups\n  groups:\n    - { match: "Role *", to: role }');

let house: House;
let boss: string;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const edit = (call: string, body: object) => house.control("edit", { call, body: body as never });
const user = async (userid: string) => (await house.state()).users.find((each) => each.userid === userid);
const compare = () => sweep({ ...house.connect(), clock: systemClock }, "cli", new AbortController().signal);

/** Made by hand at DingTalk, then linked to the person of the directory. */
async function adopted(name = "Boss", more = {}): Promise<string> {
  await edit("/topapi/v2/user/create", {
    userid: USERID,
    name,
    mobile: MOBILE.replace("+852 ", "+852-").replaceAll(" ", ""),
    dept_id_list: "1",
  });
  const id = await house.addUser(person(name, { phoneNumbers: [{ type: "mobile", value: MOBILE }], ...more }));
  await house.pool.query("insert into links (target, kind, entity_id, remote_id, status) values ('dingtalk', 'user', $1, $2, 'owned')", [
    id,
    USERID,
  ]);
  return id;
}

async function start(mapping?: string): Promise<void> {
  house.startWorker(mapping === undefined ? {} : { mapping });
  await house.quiet();
}

test("is brought in line under the old userid, and nobody is made beside them", async () => {
  boss = await adopted("Boss", { title: "Head" });
  await start();
  expect((await house.state()).users.map(({ userid, title }) => [userid, title])).toEqual([[USERID, "Head"]]);
  expect((await house.calls())["/topapi/v2/user/create"]?.count ?? 0).toBe(0);
});

test("is the manager of those who report to them, by that userid", async () => {
  boss = await adopted();
  const report = await house.addUser(person("Report", { [ENTERPRISE]: { manager: { value: boss } } }));
  await start();
  expect((await user(report))?.manager_userid).toBe(USERID);
  await change(house, boss, { active: false });
  await house.quiet();
  expect(await user(USERID)).toBeUndefined();
  expect((await user(report))?.manager_userid ?? "").toBe("");
});

test("leads a department by that userid, and is let go of before they leave it", async () => {
  boss = await adopted();
  const group = await house.addGroup("Ops", [boss]);
  await changeGroup(house, group, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: boss }] } });
  await start();
  const ops = async () => (await house.state()).departments.find(({ name }) => name === "Ops")!;
  expect((await ops()).dept_manager_userid_list).toEqual([USERID]);
  await house.groups.change(house.context, group, { members: { kind: "delta", add: [], remove: [boss] } });
  await house.quiet();
  expect((await ops()).dept_manager_userid_list).toEqual([]);
  expect((await user(USERID))?.dept_id_list).toEqual([1]);
});

test("has roles given and taken by that userid", async () => {
  boss = await adopted();
  const group = await house.addGroup("Role Approver", [boss]);
  await start(ROLES);
  const roles = async () => ((await user(USERID))?.["role_list"] as { name: string }[] | undefined)?.map(({ name }) => name) ?? [];
  const { target } = house.connect();
  const read = async () => (await target.read("user", USERID, { signal: new AbortController().signal })).actual?.attributes["roles"];
  expect(await read()).toHaveLength(1);
  await house.groups.change(house.context, group, { members: { kind: "delta", add: [], remove: [boss] } });
  await house.quiet();
  expect(await roles()).toEqual([]);
  expect(await read()).toEqual([]);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ["deactivated", (id) => change(house, id, { active: false })],
  ["deleted", (id) => house.users.remove(house.context, id)],
])("is removed by that userid when they are %s", async (_name, leave) => {
  boss = await adopted();
  await start();
  await leave(boss);
  await house.quiet();
  expect((await house.state()).users).toEqual([]);
  const { rows } = await house.pool.query("select * from links");
  expect(rows).toEqual([]);
});

test("is compared with the list by that userid, and changes by hand are put right", async () => {
  boss = await adopted("Boss", { title: "Head" });
  await start();
  expect(await compare()).toMatchObject({ compared: 1, differing: 0, found: 0, orphans: 0 });
  await edit("/topapi/v2/user/update", { userid: USERID, title: "King" });
  expect(await compare()).toMatchObject({ differing: 1, found: 0, orphans: 0 });
  await house.quiet();
  expect(await user(USERID)).toMatchObject({ title: "Head" });
});

test("who was removed by hand is made again under our id, also when the answer is lost", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await house.control("faults", { match: "/topapi/v2/user/create", fault: "timeout_after_commit", times: 1, delayMs: 10 });
  expect(await compare()).toMatchObject({ missing: 1 });
  await house.quiet();
  expect((await house.state()).users.map(({ userid }) => userid)).toEqual([boss]);
  const { rows } = await house.pool.query("select remote_id, status from links where entity_id = $1", [boss]);
  expect(rows).toEqual([{ remote_id: boss, status: "owned" }]);
  expect(await stateOf(house, "user", boss)).toMatchObject({ state: "inSync" });
});

test("whose new account is under way is expected under our id, not under the old one", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await house.control("faults", { match: "/topapi/v2/user/create", fault: "http500", times: 1_000 });
  await compare();
  const link = async () => (await house.pool.query("select remote_id, status from links where entity_id = $1", [boss])).rows[0];
  while ((await link()).status === "owned") await systemClock.sleep(20);
  expect(await link()).toEqual({ remote_id: boss, status: "intended" });
});

test("who was removed by hand, and whose new account nobody answered for, can still leave", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await house.control("faults", { match: "/topapi/v2/user/create", fault: "timeout_after_commit", times: 1, delayMs: 10 });
  await house.pool.query("update links set attributes = null");
  await change(house, boss, { title: "Head" });
  await house.quiet();
  await change(house, boss, { active: false });
  await house.quiet();
  expect((await house.state()).users).toEqual([]);
});

test("and a second account under our own id is let go, while they stay", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/create", { userid: boss, name: "Boss", mobile: "+852-67770009", dept_id_list: "1" });
  expect(await compare()).toMatchObject({ found: 1 });
  await house.quiet();
  expect((await house.state()).users.map(({ userid }) => userid)).toEqual([USERID]);
  expect(await compare()).toMatchObject({ found: 0, orphans: 0, differing: 0 });
});
