import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change, changeGroup, DINGTALK_GROUP, ENTERPRISE, person, stateOf } from "./sample.ts";

/*
 * A person who was at DingTalk before keeps their userid: from then on the link says who they are, and our id
 * says nothing.
 */

const USERID = "manager4711";
const MOBILE = "+852 6777 0001";
const ROLES = DEFAULT_MAPPING.replace(
  "from: groups",
  'from: groups\n  groups:\n    - { match: "Role *", to: role }',
);

keepDatabase();
let env: TestEnvironment;
let boss: string;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const edit = (call: string, body: object) => env.control("edit", { call, body: body as never });
const user = async (userid: string) => (await env.state()).users.find((each) => each.userid === userid);
const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

/** Made by hand at DingTalk, then linked to the person of the directory. */
async function adopted(name = "Boss", more = {}): Promise<string> {
  await edit("/topapi/v2/user/create", {
    userid: USERID,
    name,
    mobile: MOBILE.replace("+852 ", "+852-").replaceAll(" ", ""),
    dept_id_list: "1",
  });
  const id = await env.addUser(person(name, { phoneNumbers: [{ type: "mobile", value: MOBILE }], ...more }));
  await env.pool.query(
    "insert into links (target, kind, entity_id, remote_id, status) values ('dingtalk', 'user', $1, $2, 'owned')",
    [id, USERID],
  );
  return id;
}

async function start(mapping?: string): Promise<void> {
  env.startWorker(mapping === undefined ? {} : { mapping });
  await env.quiet();
}

test("is brought in line under the old userid, and nobody is made beside them", async () => {
  boss = await adopted("Boss", { title: "Head" });
  await start();
  expect((await env.state()).users.map(({ userid, title }) => [userid, title])).toEqual([[USERID, "Head"]]);
  expect((await env.calls())["/topapi/v2/user/create"]?.count ?? 0).toBe(0);
});

test("is the manager of those who report to them, by that userid", async () => {
  boss = await adopted();
  const report = await env.addUser(person("Report", { [ENTERPRISE]: { manager: { value: boss } } }));
  await start();
  expect((await user(report))?.manager_userid).toBe(USERID);
  await change(env, boss, { active: false });
  await env.quiet();
  expect(await user(USERID)).toBeUndefined();
  expect((await user(report))?.manager_userid ?? "").toBe("");
});

test("leads a department by that userid, and is let go of before they leave it", async () => {
  boss = await adopted();
  const group = await env.addGroup("Ops", [boss]);
  await changeGroup(env, group, { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: boss }] } });
  await start();
  const ops = async () => (await env.state()).departments.find(({ name }) => name === "Ops")!;
  expect((await ops()).dept_manager_userid_list).toEqual([USERID]);
  await env.groups.change(env.context, group, { members: { kind: "delta", add: [], remove: [boss] } });
  await env.quiet();
  expect((await ops()).dept_manager_userid_list).toEqual([]);
  expect((await user(USERID))?.dept_id_list).toEqual([1]);
});

test("has roles given and taken by that userid", async () => {
  boss = await adopted();
  const group = await env.addGroup("Role Approver", [boss]);
  await start(ROLES);
  const roles = async () =>
    ((await user(USERID))?.["role_list"] as { name: string }[] | undefined)?.map(({ name }) => name) ?? [];
  const { target } = env.connect();
  const read = async () =>
    (await target.read("user", USERID, { signal: new AbortController().signal })).actual?.attributes["roles"];
  expect(await read()).toHaveLength(1);
  await env.groups.change(env.context, group, { members: { kind: "delta", add: [], remove: [boss] } });
  await env.quiet();
  expect(await roles()).toEqual([]);
  expect(await read()).toEqual([]);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  ["deactivated", (id) => change(env, id, { active: false })],
  ["deleted", (id) => env.users.remove(env.context, id)],
])("is removed by that userid when they are %s", async (_name, leave) => {
  boss = await adopted();
  await start();
  await leave(boss);
  await env.quiet();
  expect((await env.state()).users).toEqual([]);
  const { rows } = await env.pool.query("select * from links");
  expect(rows).toEqual([]);
});

test("is compared with the list by that userid, and changes by hand are put right", async () => {
  boss = await adopted("Boss", { title: "Head" });
  await start();
  expect(await compare()).toMatchObject({ compared: 1, differing: 0, found: 0, orphans: 0 });
  await edit("/topapi/v2/user/update", { userid: USERID, title: "King" });
  expect(await compare()).toMatchObject({ differing: 1, found: 0, orphans: 0 });
  await env.quiet();
  expect(await user(USERID)).toMatchObject({ title: "Head" });
});

test("who was removed by hand is made again under our id, also when the answer is lost", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await env.control("faults", {
    match: "/topapi/v2/user/create",
    fault: "timeout_after_commit",
    times: 1,
    delayMs: 10,
  });
  expect(await compare()).toMatchObject({ missing: 1 });
  await env.quiet();
  expect((await env.state()).users.map(({ userid }) => userid)).toEqual([boss]);
  const { rows } = await env.pool.query("select remote_id, status from links where entity_id = $1", [boss]);
  expect(rows).toEqual([{ remote_id: boss, status: "owned" }]);
  expect(await stateOf(env, "user", boss)).toMatchObject({ state: "inSync" });
});

test("whose new account is under way is expected under our id, not under the old one", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await env.control("faults", { match: "/topapi/v2/user/create", fault: "http500", times: 1_000 });
  await compare();
  const link = async () =>
    (await env.pool.query("select remote_id, status from links where entity_id = $1", [boss])).rows[0];
  while ((await link()).status === "owned") await systemClock.sleep(20);
  expect(await link()).toEqual({ remote_id: boss, status: "intended" });
});

test("who was removed by hand, and whose new account nobody answered for, can still leave", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/delete", { userid: USERID });
  await env.control("faults", {
    match: "/topapi/v2/user/create",
    fault: "timeout_after_commit",
    times: 1,
    delayMs: 10,
  });
  await env.pool.query("update links set attributes = null");
  await change(env, boss, { title: "Head" });
  await env.quiet();
  await change(env, boss, { active: false });
  await env.quiet();
  expect((await env.state()).users).toEqual([]);
});

test("and a second account under our own id is let go, while they stay", async () => {
  boss = await adopted();
  await start();
  await edit("/topapi/v2/user/create", {
    userid: boss,
    name: "Boss",
    mobile: "+852-67770009",
    dept_id_list: "1",
  });
  expect(await compare()).toMatchObject({ found: 1 });
  await env.quiet();
  expect((await env.state()).users.map(({ userid }) => userid)).toEqual([USERID]);
  expect(await compare()).toMatchObject({ found: 0, orphans: 0, differing: 0 });
});
