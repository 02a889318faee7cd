import type { JsonObject } from "../../../src/core/entity.ts";
import { createScheduleReader, createScheduleStore } from "../../../src/store/people/due.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { openSources, personOf, type Sources } from "../people/two-sources.ts";

/* Several changes of one attribute, each with its day. */

const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";

let env: TestEnvironment;
let sources: Sources;
beforeEach(async () => {
  env = await openTestEnvironment();
  sources = await openSources(env, "  join: [{ by: userName }]", ["workday"], { withDates: true });
});
afterEach(() => env.close());

const later = (days: number): Date => new Date(Date.now() + days * 86_400_000);
const day = (days: number): string => later(days).toISOString().slice(0, 10);
const from = (days: number, title: string): JsonObject => ({ title, [WORKER]: { effectiveDate: day(days) } });

test("a title from one day and another from a later one; the first one is corrected, and both come", async () => {
  const workday = sources.source("workday");
  const id = await workday.create({ userName: "mei", displayName: "Mei", title: "Clerk", active: true });
  const reader = createScheduleReader(env.pool);
  const titles = async () =>
    (await reader.ofPerson(id)).map(({ day: on, changes }) => [on, changes["title"]?.after]);
  const { rules, dates } = sources;
  const store = createScheduleStore(env.pool, { rules, dates, vault: testVault, targets: ["dingtalk"] });
  const pass = (days: number) => store.applyDue(later(days), new AbortController().signal);
  const title = async () => (await personOf(env, id))?.document.title;
  const standing = async () =>
    (await env.pool.query("select day::text as day from scheduled_changes where standing")).rows;

  await workday.change(id, from(10, "Lead"));
  await workday.change(id, from(40, "Chief"));
  await workday.change(id, from(10, "Boss"));
  expect(await titles()).toEqual([
    [day(10), "Boss"],
    [day(40), "Chief"],
  ]);
  expect([await title(), (await workday.read(id)).title]).toEqual(["Clerk", "Boss"]);
  await pass(12);
  expect([await title(), await standing()]).toEqual(["Boss", []]);
  await pass(42);
  // The source reads what it said last, and the later day counts.
  expect([await title(), (await workday.read(id)).title, await titles()]).toEqual(["Chief", "Boss", []]);
  expect(await standing()).toEqual([{ day: day(40) }]);
  await pass(60);
  expect(await title()).toBe("Chief");
  await workday.change(id, { title: "Head", [WORKER]: {} });
  expect([await title(), await standing()]).toEqual(["Head", []]);
  const { rows } = await env.pool.query(
    "select code, count(*)::int as n from history where code like 'change.%' group by code order by code",
  );
  expect(rows).toEqual([
    { code: "change.applied", n: 2 },
    { code: "change.scheduled", n: 2 },
  ]);
});
