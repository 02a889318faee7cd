import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { personDeps } from "../../../src/person-deps.ts";
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
  env.addUser({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", WORKER], userName: name, active: true, [WORKER]: { ...dates } });
const follow = (mapping: string, version: string) =>
  createScheduleStore(env.pool, personDeps(compileMapping(`${DEFAULT_MAPPING}\n${mapping}`), testVault)).followRules(
    version,
    () => NOW,
    new AbortController().signal,
  );
const there = async (): Promise<readonly string[]> =>
  (await env.pool.query("select user_name from people where active order by user_name")).rows.map((row) => row.user_name);
const pending = async (): Promise<readonly string[]> =>
  (await env.pool.query("select kind || ' ' || day as text from scheduled_changes where state = 'scheduled' order by 1")).rows.map(
    ({ text }) => text,
  );

test("new rules read the dates of everybody once, and rules without dates give everybody back", async () => {
  await add("gone", { terminationDate: "2026-11-30" });
  await add("going", { terminationDate: "2026-12-31" });
  await add("coming", { hireDate: "2027-01-04" });
  await add("long there", { hireDate: "2020-01-31" });
  expect(await there()).toEqual(["coming", "going", "gone", "long there"]);

  expect(await follow("", "1")).toBe(2);
  expect([await there(), await pending()]).toEqual([
    ["going", "long there"],
    ["hire 2027-01-04", "leave 2026-12-31"],
  ]);
  expect(await follow("", "1")).toBe(0);

  await follow("hire: { leadDays: 30 }", "2");
  expect([await there(), await pending()]).toEqual([["coming", "going", "long there"], ["leave 2026-12-31"]]);

  await follow("dates: false", "3");
  expect([await there(), await pending()]).toEqual([["coming", "going", "gone", "long there"], []]);
  expect((await env.pool.query("select count(*) from persons")).rows).toEqual([{ count: 0 }]);
});
