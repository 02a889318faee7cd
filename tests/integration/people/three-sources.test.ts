import type { JsonObject } from "../../../src/core/entity.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { by, openSources, personOf, type Sources } from "./two-sources.ts";

/* When somebody of three sources has left, and how they come back. */

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const NAMES = ["workday", "entra", "okta"] as const;
type Name = (typeof NAMES)[number];

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const worker = (more: JsonObject = {}): JsonObject => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, WORKER],
  userName: "p1@example.com",
  displayName: "Person 1",
  active: true,
  phoneNumbers: [{ type: "mobile", value: "+852 5123 0001" }],
  [ENTERPRISE]: { employeeNumber: "E1" },
  ...more,
});

const open = (leaving: string): Promise<Sources> =>
  openSources(
    env,
    `  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday, entra, okta] }\n  leaving: ${leaving}`,
    NAMES,
    { withDates: true },
  );

async function joined(leaving: string) {
  const sources = await open(leaving);
  const records = {} as Record<Name, string>;
  for (const name of NAMES) records[name] = await sources.source(name).create(worker());
  const id = records.workday;
  const active = async () => (await personOf(env, id))?.active;
  return { ...sources, records, id, active };
}

/*
 * Who deletes their record, one after the other, and whether the person is there after each; then all create
 * theirs again, in the same order.
 */
test.each<
  [
    leaving: string,
    leaver: readonly Name[],
    after: readonly (boolean | undefined)[],
    back: readonly boolean[],
  ]
>([
  ["any", ["entra"], [false], [true]],
  ["any", ["workday", "okta"], [false, false], [false, true]],
  ["any", ["okta", "entra", "workday"], [false, false, undefined], []],
  ["all", ["workday", "entra"], [true, true], [true, true]],
  ["all", ["entra", "okta", "workday"], [true, true, undefined], []],
  ["authoritative", ["okta", "entra"], [true, true], [true, true]],
  ["authoritative", ["workday", "entra"], [false, false], [true, true]],
])("leaving: %s, deleted by %j", async (leaving, leavers, after, back) => {
  const { source, records, active, id } = await joined(leaving);
  const told: (boolean | undefined)[] = [];
  for (const name of leavers) {
    await source(name).remove(records[name]);
    told.push(await active());
  }
  expect(told).toEqual(after);
  if (back.length === 0) return;
  const returned: (boolean | undefined)[] = [];
  for (const name of leavers) {
    await source(name).create(worker());
    returned.push(await active());
  }
  expect(returned).toEqual(back);
  expect((await personOf(env, id))?.records).toHaveLength(3);
  expect((await env.pool.query("select count(*)::int as n from people")).rows).toEqual([{ n: 1 }]);
});

test("two records are left and say that they are there: what the third one said is forgotten by an order", async () => {
  const { source, joins, records, active, id } = await joined("any");
  env.startWorker();
  await env.quiet();
  const [account] = (await env.state()).users;
  await source("entra").remove(records.entra);
  await env.quiet();
  expect((await env.state()).users).toEqual([]);
  // That another one says so again is no decision about it.
  await source("okta").change(records.okta, { active: false });
  await source("okta").change(records.okta, { active: true });
  expect(await active()).toBe(false);
  expect((await joins.person(id))?.out).toMatchObject({
    sources: [{ source: "entra" }],
    remedy: expect.stringContaining(`joins forget ${id}`),
  });
  // By any of its records.
  expect(await joins.forget(records.okta, by())).toEqual({ kind: "done", joins: [] });
  expect(await joins.forget(id, by())).toEqual({ kind: "refused", why: "nobodyLeft" });
  expect(await joins.person(id)).not.toHaveProperty("out");
  await env.quiet();
  expect((await env.state()).users).toMatchObject([{ userid: account!.userid, name: "Person 1" }]);
  expect((await personOf(env, id))?.records).toEqual([records.workday, records.okta].sort());
  const { rows } = await env.pool.query(
    "select subject, detail::json->'sources' as sources from history where code = 'record.forgotten'",
  );
  expect(rows).toMatchObject([{ subject: id }]);
});

test("a source that had deleted its record and hires again: they are back on the day, and not before", async () => {
  const { source, records, active } = await joined("any");
  await source("workday").remove(records.workday);
  expect(await active()).toBe(false);
  const again = await source("workday").create(worker({ [WORKER]: { hireDate: day(20) } }));
  expect(await active()).toBe(false);
  await source("okta").change(records.okta, { title: "Clerk" });
  expect(await active()).toBe(false);
  await source("workday").change(again, { [WORKER]: { hireDate: day(-1) } });
  expect(await active()).toBe(true);
  const { rows } = await env.pool.query("select left_sources from persons");
  expect(rows).toEqual([{ left_sources: [] }]);
});

test("a record separated from two others is somebody else, and the deletion stays with the person", async () => {
  const { source, joins, records, active } = await joined("any");
  await source("entra").remove(records.entra);
  expect(await joins.separate(records.okta, by())).toMatchObject({ kind: "done" });
  expect([await active(), (await personOf(env, records.okta))?.active]).toEqual([false, true]);
  expect(await joins.forget(records.workday, by())).toMatchObject({ kind: "done" });
  expect(await active()).toBe(true);
});
