import { systemClock } from "../../../src/core/clock.ts";
import type { JsonObject } from "../../../src/core/entity.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createAdoptionOperations } from "../../../src/store/adopt/decisions.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { until } from "../hints/listening.ts";
import { change, changeGroup, chart, members, person, remote, stateOf } from "./sample.ts";

/* Only what is below one department of DingTalk is ours to work in. */

keepDatabase();
let env: TestEnvironment;
let asia: number;
let outside: number;

const edit = async (call: string, body: JsonObject): Promise<void> => env.control("edit", { call, body });
const idOf = async (name: string): Promise<number> =>
  (await env.state()).departments.find((each) => each.name === name)!.dept_id;
const compare = () => sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal);

beforeEach(async () => {
  // The ids of a new organisation follow from its seed, so one that is looked at first tells them.
  const scout = await openTestEnvironment();
  await scout.control("edit", { call: "/topapi/v2/department/create", body: { name: "Asia", parent_id: 1 } });
  asia = (await scout.state()).departments.find(({ name }) => name === "Asia")!.dept_id;
  await scout.close();
  env = await openTestEnvironment({ managedRoot: String(asia) });
  await edit("/topapi/v2/department/create", { name: "Asia", parent_id: 1 });
  await edit("/topapi/v2/department/create", { name: "Europe", parent_id: 1 });
  expect(await idOf("Asia")).toBe(asia);
  outside = await idOf("Europe");
  await edit("/topapi/v2/user/create", {
    userid: "eu1",
    name: "Müller",
    mobile: "+852-61110001",
    dept_id_list: String(outside),
  });
});
afterEach(() => env.close());

const start = async (): Promise<void> => {
  env.startWorker();
  await env.quiet();
};

test("the tree hangs below it, and who is in no group is in it", async () => {
  const li = await env.addUser(person("Li"));
  await env.addUser(person("Chan"));
  await env.addGroup("HK/Sales", [li]);
  await start();
  expect(await chart(env)).toEqual({
    "": [],
    Asia: ["Chan"],
    "Asia/HK": [],
    "Asia/HK/Sales": ["Li"],
    Europe: ["Müller"],
  });
  expect(await compare()).toMatchObject({ compared: 4, differing: 0, missing: 0, orphans: 0 });
});

test("names outside are nobody's business: a group may be called as a department there", async () => {
  await env.addGroup("Europe");
  await start();
  expect(Object.keys(await chart(env)).sort()).toEqual(["", "Asia", "Asia/Europe", "Europe"]);
});

test("a department outside that somebody of ours is also in stays theirs, whatever we change", async () => {
  const li = await env.addUser(person("Li"));
  const sales = await env.addGroup("Sales", [li]);
  await env.addGroup("Ops", []);
  await start();
  await edit("/topapi/v2/user/update", {
    userid: li,
    dept_id_list: [await idOf("Sales"), outside].join(","),
    dept_position_list: [{ dept_id: outside, title: "Guest", is_main: false }],
  });
  expect(await compare()).toMatchObject({ differing: 0 });
  const ops = (await env.pool.query("select id from groups where display_name = 'Ops'")).rows[0].id as string;
  await members(env, ops, { add: [li] });
  await members(env, sales, { remove: [li] });
  await change(env, li, { title: "Head" });
  await env.quiet();
  const now = (await remote(env, li))!;
  expect([...now.dept_id_list].sort()).toEqual([await idOf("Ops"), outside].sort());
  expect(now["title"]).toBe("Head");
  expect(now["dept_position_list"]).toEqual(
    expect.arrayContaining([expect.objectContaining({ dept_id: outside, title: "Guest" })]),
  );
});

test("somebody who is also outside is not removed from the organisation: that is for people to do", async () => {
  const li = await env.addUser(person("Li"));
  await start();
  await edit("/topapi/v2/user/update", { userid: li, dept_id_list: [asia, outside].join(",") });
  await change(env, li, { active: false });
  await env.quiet();
  expect((await remote(env, li))?.dept_id_list).toEqual(expect.arrayContaining([asia, outside]));
  expect(await stateOf(env, "user", li)).toMatchObject({
    state: "parked",
    reason: expect.stringContaining("outside the managed root"),
  });
});

test("a department of ours that was moved outside is left there, and put back in nobody's name", async () => {
  const group = await env.addGroup("Sales");
  await start();
  const sales = await idOf("Sales");
  await edit("/topapi/v2/department/update", { dept_id: sales, parent_id: outside });
  await compare();
  await env.quiet();
  expect(Object.keys(await chart(env))).toContain("Europe/Sales");
  await env.groups.remove(env.context, group);
  await env.quiet();
  expect(Object.keys(await chart(env))).toContain("Europe/Sales");
});

test("somebody of ours who was moved outside is brought back in, and stays outside too", async () => {
  const li = await env.addUser(person("Li"));
  await start();
  await edit("/topapi/v2/user/update", { userid: li, dept_id_list: String(outside) });
  expect(await compare()).toMatchObject({ differing: 1, missing: 0 });
  await env.quiet();
  expect([...(await remote(env, li))!.dept_id_list].sort()).toEqual([asia, outside].sort());
});

test("somebody outside can be adopted, and comes in without leaving there", async () => {
  const id = await env.addUser(
    person("Müller", { phoneNumbers: [{ type: "mobile", value: "+852 6111 0001" }] }),
  );
  await start();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "parked" });
  const adoptions = createAdoptionOperations(env.pool, "dingtalk", testVault);
  const [proposal] = (await adoptions.list({ count: 10 })).adoptions;
  expect(proposal).toMatchObject({ tier: 3, remote: { id: "eu1" } });
  await adoptions.accept(proposal!.id, { at: systemClock.now(), actor: "token:test", causes: [] });
  await env.quiet();
  expect([...(await remote(env, "eu1"))!.dept_id_list].sort()).toEqual([asia, outside].sort());
  expect((await env.state()).users).toHaveLength(1);
});

test("one that DingTalk does not have is told by the check", async () => {
  const other = await openTestEnvironment({ managedRoot: "424242" });
  try {
    const problems = await other.connect().target.check({ signal: new AbortController().signal });
    expect(problems).toEqual([expect.objectContaining({ code: "managed-root" })]);
  } finally {
    await other.close();
  }
});

test("whom the app may not see any more is neither missing nor made again: they wait, and say why", async () => {
  const li = await env.addUser(person("Li"));
  await env.addGroup("Sales", [li]);
  await start();
  // The app sees what is below the root only, and somebody moved them out of that.
  await env.control("switches", { contactScope: { departments: [asia], users: [] } });
  await edit("/topapi/v2/user/update", { userid: li, dept_id_list: String(outside) });
  expect(await compare()).toMatchObject({ missing: 0 });
  await until(async () => (await stateOf(env, "user", li))?.state === "waiting");
  expect(await remote(env, li)).toMatchObject({ dept_id_list: [outside] });
  const { rows } = await env.pool.query(
    `select s.state, s.reason_code, (select count(*)::int from links l where l.entity_id = s.entity_id) as links,
       (select count(*)::int from history h where h.subject = s.entity_id and h.code = 'target.intent') as writes
       from entity_states s where s.kind = 'user' and s.entity_id = $1`,
    [li],
  );
  expect(rows).toEqual([
    { state: "waiting", reason_code: "personOutsideScope", links: 1, writes: rows[0].writes },
  ]);
  const before = rows[0].writes;

  await env.control("switches", { contactScope: { departments: [1], users: [] } });
  await compare();
  await env.quiet();
  // A place outside stays theirs.
  expect(await chart(env)).toMatchObject({ "Asia/Sales": ["Li"], Europe: ["Li", "Müller"] });
  expect(
    (
      await env.pool.query(
        "select count(*)::int as n from history where subject = $1 and code = 'target.intent'",
        [li],
      )
    ).rows[0].n,
  ).toBe(before + 1);
});

describe("the managed root itself, changed by hand", () => {
  let li: string;
  let sales: string;
  beforeEach(async () => {
    li = await env.addUser(person("Li"));
    sales = await env.addGroup("Sales", [li]);
    await env.addUser(person("Wu"));
    await start();
  });

  test("renamed: it is not ours, and nothing is put back", async () => {
    await edit("/topapi/v2/department/update", { dept_id: asia, name: "APAC" });
    await changeGroup(env, sales, { displayName: "Retail" });
    await env.quiet();
    expect(await compare()).toMatchObject({ differing: 0, missing: 0 });
    expect(await chart(env)).toEqual({ "": [], APAC: ["Wu"], "APAC/Retail": ["Li"], Europe: ["Müller"] });
  });

  test("moved: everything below goes on there", async () => {
    await edit("/topapi/v2/department/update", { dept_id: asia, parent_id: outside });
    await changeGroup(env, sales, { displayName: "Retail" });
    const ng = await env.addUser(person("Ng"));
    await members(env, sales, { add: [ng], remove: [li] });
    await env.quiet();
    expect(await compare()).toMatchObject({ differing: 0, missing: 0 });
    const expected = {
      "": [],
      "Europe/Asia": ["Li", "Wu"],
      "Europe/Asia/Retail": ["Ng"],
      Europe: ["Müller"],
    };
    expect(await chart(env)).toEqual(expected);
  });

  test("deleted, after its people were put elsewhere: nobody is removed or made, and the check says so", async () => {
    for (const { userid, dept_id_list } of (await env.state()).users)
      if (!dept_id_list.includes(outside))
        await edit("/topapi/v2/user/update", { userid, dept_id_list: String(outside) });
    for (const name of ["Sales", "Asia"])
      await edit("/topapi/v2/department/delete", { dept_id: await idOf(name) });
    await expect(compare()).rejects.toMatchObject({ answer: "60003" });
    const problems = await env.connect().target.check({ signal: new AbortController().signal });
    expect(problems).toMatchObject([{ code: "managed-root" }]);
    await change(env, li, { title: "Head" });
    await env.addUser(person("Ng"));
    await env.groups.remove(env.context, sales);
    await until(
      async () =>
        (await env.pool.query("select 1 from entity_states where state = 'due' and attempts = 0")).rows
          .length === 0,
    );
    expect(await chart(env)).toEqual({ "": [], Europe: ["Li", "Müller", "Wu"] });
  });
});
