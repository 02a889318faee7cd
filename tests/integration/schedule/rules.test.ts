import { personDeps } from "../../../src/compose/person-deps.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { startSchedule } from "../../../src/schedule/run.ts";
import { readFacts } from "../../../src/store/alerts/facts.ts";
import { createScheduleStore } from "../../../src/store/people/due.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";

const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
const NOW = new Date("2026-12-15T00:00:00Z");

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

/** Everybody as the directory of a version that knew no dates has them. */
const add = (name: string, dates: object) =>
  env.addUser({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", WORKER],
    userName: name,
    active: true,
    [WORKER]: { ...dates },
  });
const follow = (mapping: string, version: string, now = NOW) =>
  createScheduleStore(
    env.pool,
    personDeps(compileMapping(`${DEFAULT_MAPPING.replace(/^zone:.*$/m, "")}\n${mapping}`), testVault),
  ).followRules(version, () => now, new AbortController().signal);
const count = async (mapping: string, version: string) => (await follow(mapping, version))?.count;
const there = async (): Promise<readonly string[]> =>
  (await env.pool.query("select user_name from people where active order by user_name")).rows.map(
    (row) => row.user_name,
  );
const pending = async (): Promise<readonly string[]> =>
  (
    await env.pool.query(
      "select kind || ' ' || day as text from scheduled_changes where state = 'scheduled' order by 1",
    )
  ).rows.map(({ text }) => text);

test("new rules read the dates of everybody once, and rules without dates give everybody back", async () => {
  await add("gone", { terminationDate: "2026-11-30" });
  await add("going", { terminationDate: "2026-12-31" });
  await add("coming", { hireDate: "2027-01-04" });
  await add("long there", { hireDate: "2020-01-31" });
  expect(await there()).toEqual(["coming", "going", "gone", "long there"]);

  expect(await count("", "1")).toBe(2);
  expect([await there(), await pending()]).toEqual([
    ["going", "long there"],
    ["hire 2027-01-04", "leave 2026-12-31"],
  ]);
  expect(await count("", "1")).toBe(0);

  await follow("hire: { leadDays: 30 }", "2");
  expect([await there(), await pending()]).toEqual([["coming", "going", "long there"], ["leave 2026-12-31"]]);

  await follow("dates: false", "3");
  expect([await there(), await pending()]).toEqual([["coming", "going", "gone", "long there"], []]);
  expect((await env.pool.query("select count(*) from persons")).rows).toEqual([{ count: 0 }]);
});

test("an employment without an end has no last day, in every zone", async () => {
  await add("for good", { terminationDate: "9999-12-31", hireDate: "0001-01-01" });
  await add("for good, with a time", { lastDayOfWork: "9999-12-31T23:59:59Z" });
  await add("never comes", { hireDate: "9999-12-31" });
  for (const zone of ["Europe/London", "UTC", "America/New_York", "Asia/Hong_Kong"]) {
    expect((await follow(`zone: ${zone}`, zone))?.failures).toEqual([]);
    expect([await there(), await pending()]).toEqual([
      ["for good", "for good, with a time"],
      ["hire 9999-12-31"],
    ]);
  }
});

test("who cannot be worked out stops nobody else, and is tried again", async () => {
  for (const name of ["first", "middle", "last"]) await add(name, { terminationDate: "2026-12-31" });
  await follow("", "1");
  await env.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
      if new.user_name = 'middle' then raise exception 'no'; end if; return new; end $$`);
  await env.pool.query(
    "create trigger refuse before update on persons for each row execute function refuse()",
  );
  const store = createScheduleStore(env.pool, personDeps(compileMapping(DEFAULT_MAPPING), testVault));
  const later = new Date("2027-01-02T00:00:00Z");
  const due = () => store.applyDue(later, new AbortController().signal);
  expect(await due()).toMatchObject({
    count: 2,
    failures: [{ personId: expect.any(String), error: { code: "UNAVAILABLE" } }],
  });
  expect(await there()).toEqual(["middle"]);

  expect(await follow('leave: { at: "18:00" }', "2", later)).toMatchObject({
    failures: [{ personId: expect.any(String), error: { code: "UNAVAILABLE" } }],
  });
  expect((await env.pool.query("select version from schedule_rules")).rows).toEqual([{ version: "1" }]);
  const unread = async () => (await readFacts(env.pool, "dingtalk", later)).unreadDates;
  expect(await unread()).toEqual({ count: 1, since: later });
  await follow('leave: { at: "18:00" }', "2", new Date("2027-01-02T00:10:00Z"));
  expect(await unread()).toEqual({ count: 1, since: later });
  await env.pool.query("drop trigger refuse on persons");
  expect(await due()).toMatchObject({ count: 1, failures: [] });
  expect(await there()).toEqual([]);
  expect(await follow('leave: { at: "18:00" }', "2", later)).toMatchObject({ failures: [] });
  expect(await unread()).toBeUndefined();
});

test("a look carries out what is due although the rules cannot be followed", async () => {
  const done = new AbortController();
  const order: string[] = [];
  const running = startSchedule({
    store: {
      applyDue: async () => {
        order.push("due");
        if (order.length > 2) done.abort();
        return { count: 0, failures: [] };
      },
      followRules: async () => {
        order.push("rules");
        throw new Error("no");
      },
      recordOtherRules: async () => undefined,
    },
    version: "1",
    isWorking: () => true,
    clock: systemClock,
    logger: silentLogger,
    lookMs: 10,
  });
  await new Promise((resolve) => done.signal.addEventListener("abort", resolve));
  await running.stop();
  expect(order.slice(0, 3)).toEqual(["due", "rules", "due"]);
});

test("every ten minutes it is looked whether dates were read by other rules since, or not of everybody", async () => {
  const done = new AbortController();
  let [looks, followed] = [0, 0];
  const running = startSchedule({
    store: {
      applyDue: async () => {
        looks += 1;
        if (looks === 8) done.abort();
        return { count: 0, failures: [] };
      },
      followRules: async () => {
        followed += 1;
        return { count: 0, failures: followed === 1 ? [{ personId: "p", error: new Error("no") }] : [] };
      },
      recordOtherRules: async () => undefined,
    },
    version: "1",
    isWorking: () => true,
    // Four minutes from one look to the next.
    clock: { ...systemClock, now: () => new Date(NOW.getTime() + looks * 240_000) },
    logger: silentLogger,
    lookMs: 10,
  });
  await new Promise((resolve) => done.signal.addEventListener("abort", resolve));
  await running.stop();
  expect(followed).toBe(3);
});
