import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { change, chart, DINGTALK_USER, ENTERPRISE, person, remote, stateOf } from "./sample.ts";

/* The cause of a refusal lies at DingTalk and goes there: nobody in the directory changes anything. */

keepDatabase();
let env: TestEnvironment;
let hand: Connection;
beforeEach(async () => {
  env = await openTestEnvironment();
  hand = env.connect();
  env.startWorker();
});
afterEach(() => env.close());

const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const edit = (call: string, body: object) => env.control("edit", { call, body: body as never });
const present = async (ids: readonly string[]) =>
  (await Promise.all(ids.map((id) => remote(env, id)))).filter(Boolean).length;
const creates = async () => (await env.calls())["/topapi/v2/user/create"]?.count ?? 0;

test("a stranger with the number has left: the comparison has the person tried again", async () => {
  const taken = "+852-61230099";
  await edit("/topapi/v2/user/create", { userid: "stranger", name: "S", mobile: taken, dept_id_list: "1" });
  const id = await env.addUser(
    person("Li", { phoneNumbers: [{ type: "mobile", value: taken.replace("-", " ") }] }),
  );
  await env.quiet();
  expect(await remote(env, id)).toBeUndefined();
  await compare();
  await env.quiet();
  expect(await remote(env, id)).toBeUndefined();
  await edit("/topapi/v2/user/delete", { userid: "stranger" });
  await compare();
  await env.quiet();
  expect(await remote(env, id)).toBeDefined();
});

test("what keeps many away needs one try, and brings all of them when it has gone", async () => {
  await env.control("switches", { maxUsers: 2 });
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) ids.push(await env.addUser(person(`P${n}`)));
  await env.quiet();
  expect(await present(ids)).toBe(2);
  const before = await creates();
  await compare();
  await env.quiet();
  expect((await creates()) - before).toBe(1);
  await env.control("switches", { maxUsers: 0 });
  await compare();
  await env.quiet();
  expect(await present(ids)).toBe(8);
});

test("one who gets in by an operator's retry brings the others with the same cause", async () => {
  await env.control("switches", { maxUsers: 1 });
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await env.addUser(person(`P${n}`)));
  await env.quiet();
  await env.control("switches", { maxUsers: 0 });
  const parked = (await env.pool.query("select entity_id from entity_states where state = 'parked' limit 1"))
    .rows[0];
  await env.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [
    parked.entity_id,
  ]);
  await env.quiet();
  expect(await present(ids)).toBe(4);
});

describe("a refusal about another thing has that one looked at", () => {
  test("a department that somebody removed is made again for the person who needs it", async () => {
    const li = await env.addUser(person("Li"));
    const group = await env.addGroup("Sales");
    await env.quiet();
    const sales = (await env.state()).departments.find(({ name }) => name === "Sales")!;
    await edit("/topapi/v2/department/delete", { dept_id: sales.dept_id });
    await env.groups.change(env.context, group, { members: { kind: "delta", add: [li], remove: [] } });
    await env.quiet();
    expect(await chart(env)).toEqual({ "": [], Sales: ["Li"] });
  });

  test("so is the parent of a department", async () => {
    await env.addGroup("HK");
    await env.quiet();
    const { dept_id } = (await env.state()).departments.find(({ name }) => name === "HK")!;
    await edit("/topapi/v2/department/delete", { dept_id });
    await env.addGroup("HK/Sales");
    await env.quiet();
    expect(Object.keys(await chart(env)).sort()).toEqual(["", "HK", "HK/Sales"]);
  });

  test("a manager whom somebody removed comes back, and is the manager", async () => {
    const boss = await env.addUser(person("Boss"));
    const li = await env.addUser(person("Li"));
    await env.quiet();
    await edit("/topapi/v2/user/delete", { userid: boss });
    await change(env, li, { title: "Clerk", [ENTERPRISE]: { manager: { value: boss } } });
    await env.quiet();
    expect(await remote(env, boss)).toBeDefined();
    expect(await remote(env, li)).toMatchObject({ title: "Clerk", manager_userid: boss });
  });
});

test("who is parked for their own data is not tried by the others' luck", async () => {
  const id = await env.addUser(
    person("Li", { phoneNumbers: [], [DINGTALK_USER]: { accountType: "dingtalk" } }),
  );
  await env.addUser(person("Wu"));
  await env.quiet();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "parked" });
});
