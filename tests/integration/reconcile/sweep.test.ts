import { systemClock } from "../../../src/core/clock.ts";
import type { SweepResult } from "../../../src/reconcile/compare/count.ts";
import { previewPerson } from "../../../src/reconcile/compare/preview.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { change, chart, person, remote } from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
let hand: Connection;
beforeEach(async () => {
  env = await openTestEnvironment();
  hand = env.connect();
});
afterEach(() => env.close());

const compare = (): Promise<SweepResult> =>
  sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const clean = { differing: 0, missing: 0, found: 0, orphans: 0, orphanExamples: [], repaired: 0 };
const edit = (call: string, body: Record<string, unknown>) =>
  env.control("edit", { call, body: body as never });

async function staffed(): Promise<{ li: string; wu: string }> {
  const li = await env.addUser(person("Li", { title: "Clerk" }));
  const wu = await env.addUser(person("Wu"));
  await env.addGroup("HK/Sales", [li]);
  env.startWorker();
  await env.quiet();
  return { li, wu };
}

test("what is equal is found equal, by lists only, one call a page", async () => {
  await staffed();
  const before = await env.calls();
  expect(await compare()).toEqual({ ...clean, compared: 4 });
  const after = await env.calls();
  const made = Object.entries(after).flatMap(([api, { count }]) =>
    count > (before[api]?.count ?? 0) ? [[api, count - (before[api]?.count ?? 0)]] : [],
  );
  // Three departments, with the root: one list of children and one of people each, and one of roles. There is
  // no way with fewer.
  expect(Object.fromEntries(made)).toEqual({
    "/topapi/v2/department/listsub": 3,
    "/topapi/v2/user/list": 3,
    "/topapi/role/list": 1,
  });
});

test("what somebody changed by hand is put right", async () => {
  const { li } = await staffed();
  await edit("/topapi/v2/user/update", { userid: li, title: "King", dept_id_list: "1" });
  expect(await compare()).toEqual({ ...clean, compared: 4, differing: 1 });
  await env.quiet();
  expect(await remote(env, li)).toMatchObject({ title: "Clerk" });
  expect(await chart(env)).toEqual({ "": ["Wu"], HK: [], "HK/Sales": ["Li"] });
  expect(await compare()).toEqual({ ...clean, compared: 4 });
});

test("what others own may change as they like", async () => {
  const { li } = await staffed();
  await edit("/topapi/v2/user/update", { userid: li, remark: "likes tea" });
  expect(await compare()).toEqual({ ...clean, compared: 4 });
  expect(await remote(env, li)).toMatchObject({ remark: "likes tea" });
});

test("a removed person and a renamed department come back", async () => {
  const { wu } = await staffed();
  const sales = (await env.state()).departments.find(({ name }) => name === "Sales")!;
  await edit("/topapi/v2/user/delete", { userid: wu });
  await edit("/topapi/v2/department/update", { dept_id: sales.dept_id, name: "Nonsense" });
  expect(await compare()).toEqual({ ...clean, compared: 3, differing: 1, missing: 1 });
  await env.quiet();
  expect(await chart(env)).toEqual({ "": ["Wu"], HK: [], "HK/Sales": ["Li"] });
});

test("what is nobody's is counted and left alone", async () => {
  await staffed();
  await edit("/topapi/v2/department/create", { name: "Theirs", parent_id: 1 });
  await edit("/topapi/v2/user/create", {
    userid: "stranger",
    name: "Stranger",
    mobile: "+852-61234567",
    dept_id_list: "1",
  });
  expect(await compare()).toMatchObject({
    compared: 4,
    orphans: 2,
    orphanExamples: [
      { kind: "department", name: "Theirs" },
      { kind: "user", remoteId: "stranger", name: "Stranger" },
    ],
  });
  expect(await remote(env, "stranger")).toBeDefined();
});

test("a page that fails ends the comparison: nobody is taken to be missing", async () => {
  await staffed();
  await env.control("faults", { match: "/topapi/v2/user/list", fault: "permission", times: 1 });
  await expect(compare()).rejects.toThrow("user/list");
  const { rows } = await env.pool.query("select 1 from entity_states where state <> 'inSync'");
  expect(rows).toEqual([]);
});

test("what should be due and is not, and what this target never heard of, is put to work", async () => {
  const { li } = await staffed();
  await env.pool.query("update entity_states set state = 'due', next_at = null where entity_id = $1", [li]);
  await env.pool.query("delete from entity_states where kind = 'group'");
  expect(await compare()).toEqual({ ...clean, compared: 4, repaired: 2 });
  await env.quiet();
});

test("a comparison leaves its beginning and its result in the history", async () => {
  await staffed();
  await compare();
  const { rows } = await env.pool.query(
    "select actor, detail from history where code = 'operator.reconcile' order by id",
  );
  expect(rows.map((row) => [row.actor, row.detail && JSON.parse(row.detail)])).toEqual([
    ["cli", null],
    ["cli", { compared: 4, differing: 0, missing: 0, found: 0, orphans: 0, repaired: 0 }],
  ]);
});

describe("a preview of one person", () => {
  const preview = (id: string) => previewPerson(hand, id);

  test("shows what would be sent, with rules and notes, and sends nothing", async () => {
    const { li } = await staffed();
    const before = await env.calls();
    await hand.pool.query(
      "update entity_states set lease = gen_random_uuid(), leased_until = now() + interval '1 h' where entity_id = $1",
      [li],
    );
    await change(env, li, { title: "Head", displayName: "L".repeat(90) });
    const seen = await preview(li);
    expect(seen!.forecast).toMatchObject({
      kind: "plan",
      plan: { action: "update", set: { title: "Head", name: "L".repeat(80) } },
      notes: [{ attribute: "name", code: "cut" }],
    });
    expect(seen!.actual).toMatchObject({ attributes: { title: "Clerk" } });
    expect(seen!.explanations.find(({ attribute }) => attribute === "title")).toMatchObject({
      result: "Head",
    });
    expect(await env.calls()).toEqual(before);
  });

  test("of somebody unknown is none", async () => {
    expect(await preview("00000000-0000-7000-8000-000000000000")).toBeUndefined();
  });
});
