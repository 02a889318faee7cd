import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change, chart, mobile, person, remote, stateOf } from "./sample.ts";

/* What carries our id at DingTalk and nobody here looks after. */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);
const edit = (call: string, body: object) => env.control("edit", { call, body: body as never });
let number = 0;
const appear = (userid: string, more: object = {}) => {
  number += 1;
  return edit("/topapi/v2/user/create", {
    userid,
    name: "Li",
    mobile: `+852-6333${String(number).padStart(4, "0")}`,
    dept_id_list: "1",
    ...more,
  });
};
const inside = async () => (await env.state()).users.map(({ userid }) => userid);

test.each<[string, (id: string) => Promise<unknown>]>([
  ["was deactivated", (id) => change(env, id, { active: false })],
  ["was deleted", (id) => env.users.remove(env.context, id)],
])("a leaver who %s and is back under our id is removed by the next comparison", async (_name, leave) => {
  const id = await env.addUser(person("Li"));
  env.startWorker();
  await env.quiet();
  await leave(id);
  await env.quiet();
  await appear(id);
  expect(await compare()).toMatchObject({ found: 1, orphans: 0 });
  await env.quiet();
  expect(await inside()).toEqual([]);
  expect(await compare()).toMatchObject({ found: 0, orphans: 0 });
});

test("somebody of the directory whose link was lost is taken back, and brought in line", async () => {
  const id = await env.addUser(person("Li", { title: "Head" }));
  env.startWorker();
  await env.quiet();
  await env.pool.query("delete from links");
  await edit("/topapi/v2/user/update", { userid: id, title: "King" });
  expect(await compare()).toMatchObject({ found: 1 });
  await env.quiet();
  expect(await remote(env, id)).toMatchObject({ title: "Head" });
  expect((await env.calls())["/topapi/v2/user/create"]!.count).toBe(1);
});

test("an id of our form that nobody here ever knew is a stranger's: named, and left alone", async () => {
  env.startWorker();
  const stranger = uuidv7(systemClock.now().getTime());
  await appear(stranger);
  await edit("/topapi/v2/department/create", {
    name: "Theirs",
    parent_id: 1,
    source_identifier: uuidv7(1_700_000_000_000),
  });
  expect(await compare()).toMatchObject({
    found: 0,
    orphans: 2,
    orphanExamples: [
      { kind: "department", name: "Theirs" },
      { kind: "user", remoteId: stranger },
    ],
  });
  await env.quiet();
  expect(await inside()).toEqual([stranger]);
});

test.each([true, false])(
  "a department that was given up and is there again is removed; lists tell whose it is: %s",
  async (told) => {
    await env.control("switches", { listsubSourceIdentifier: told });
    env.startWorker();
    const group = await env.addGroup("Sales");
    await env.quiet();
    const { source_identifier } = (await env.state()).departments.find(({ name }) => name === "Sales")!;
    await env.groups.remove(env.context, group);
    await env.quiet();
    await edit("/topapi/v2/department/create", { name: "Sales", parent_id: 1, source_identifier });
    await edit("/topapi/v2/department/create", { name: "Theirs", parent_id: 1 });
    expect(await compare()).toMatchObject({ found: 1, orphans: 1 });
    await env.quiet();
    expect(Object.keys(await chart(env))).toEqual(["", "Theirs"]);
  },
);

test("of two departments of one entity the linked one stays, and people are not moved", async () => {
  const id = await env.addUser(person("Li"));
  await env.addGroup("Sales", [id]);
  env.startWorker();
  await env.quiet();
  const first = (await env.state()).departments.find(({ name }) => name === "Sales")!;
  await edit("/topapi/v2/department/create", {
    name: "Sales late",
    parent_id: 1,
    source_identifier: first.source_identifier,
  });
  expect(await compare()).toMatchObject({ found: 1 });
  await env.quiet();
  expect((await env.state()).departments.map(({ dept_id }) => dept_id)).toEqual([1, first.dept_id]);
  expect(await chart(env)).toEqual({ "": [], Sales: ["Li"] });
  expect(await compare()).toMatchObject({ found: 0, orphans: 0, differing: 0 });
});

test("of two departments of one entity the other one is taken when the linked one has gone", async () => {
  await env.addGroup("Sales");
  env.startWorker();
  await env.quiet();
  const first = (await env.state()).departments.find(({ name }) => name === "Sales")!;
  await edit("/topapi/v2/department/delete", { dept_id: first.dept_id });
  await edit("/topapi/v2/department/create", {
    name: "Sales late",
    parent_id: 1,
    source_identifier: first.source_identifier,
  });
  await compare();
  await env.quiet();
  expect(Object.keys(await chart(env))).toEqual(["", "Sales"]);
});

test("what was made in a time that a restore lost is ours, and gives way to those who were sent again", async () => {
  const before = systemClock.now();
  const lost = uuidv7(before.getTime() + 1);
  await appear(lost, { mobile: mobile(9_990_001).replace(/\+852 (\d{4}) (\d{4})/, "+852-$1$2") });
  await env.pool.query("insert into lost_periods (target, since, until) values ('dingtalk', $1, $2)", [
    before,
    new Date(before.getTime() + 10),
  ]);
  const id = await env.addUser(
    person("Li", { phoneNumbers: [{ type: "mobile", value: mobile(9_990_001) }] }),
  );
  env.startWorker();
  await env.quiet();
  expect(await compare()).toMatchObject({ found: 1, orphans: 0 });
  await env.quiet();
  await compare();
  await env.quiet();
  expect(await inside()).toEqual([id]);
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "inSync" });
});

test("in observe what is found is held, with what would be done about it", async () => {
  const id = await env.addUser(person("Li"));
  const worker = env.startWorker();
  await env.quiet();
  await change(env, id, { active: false });
  await env.quiet();
  await worker.stop(1_000);
  await appear(id);
  env.startWorker({ mode: "observe" });
  await compare();
  await env.quiet();
  expect(await stateOf(env, "user", id)).toMatchObject({
    state: "held",
    reason: expect.stringContaining("remove"),
  });
  expect(await inside()).toEqual([id]);
});
