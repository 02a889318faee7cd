import { dateDeps, personDeps } from "../../../src/compose/person-deps.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { planEverybody } from "../../../src/reconcile/compare/whole-plan.ts";
import { createScheduleStore } from "../../../src/store/people/due.ts";
import { openRehearsal } from "../../../src/store/rehearse.ts";
import { raisedPolicy } from "../../support/policies.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { openSources, personOf } from "./two-sources.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const JOIN = "  join: [{ by: employeeNumber, decide: join }]";

let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

test("a plan with another authority shows what it would do, and changes nobody", async () => {
  const { source } = await openSources(env, `${JOIN}\n  authority: { order: [workday] }`);
  const person = (n: number, title: string) => ({
    userName: `p${n}-${title}`,
    displayName: `Person ${n}`,
    title,
    phoneNumbers: [{ type: "mobile", value: `+852 5123 400${n}` }],
    [ENTERPRISE]: { employeeNumber: `E${n}` },
  });
  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    ids.push(await source("workday").create(person(n, "Clerk")));
    await source("entra").create(person(n, n === 3 ? "Clerk" : "Manager"));
  }
  env.startWorker();
  await env.quiet();

  const mapping = compileMapping(`${DEFAULT_MAPPING}\nsources:\n${JOIN}\n  authority: { order: [entra] }\n`);
  const rehearsal = await openRehearsal(env.pool, {
    target: "dingtalk",
    everybody: true,
    sources: mapping.sources,
  });
  const { target } = env.connect();
  const whole = await planEverybody(
    { rehearsal, target, mapping, mode: "sync", policy: raisedPolicy, clock: systemClock },
    new AbortController().signal,
  );
  const { items } = await whole.items({ count: 100 });
  await whole.close();
  expect(items.map(({ id, changes }) => [id, changes])).toEqual(
    [ids[0], ids[1]].sort().map((id) => [id, { title: { before: "Clerk", after: "Manager" } }]),
  );
  for (const id of ids) expect((await personOf(env, id))?.document).toMatchObject({ title: "Clerk" });
  expect((await env.state()).users.map(({ title }) => title)).toEqual(["Clerk", "Clerk", "Clerk"]);
});

test("a plan with other rules of dates shows who would come and go, and changes nobody", async () => {
  const WORKER = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const inForce = compileMapping(DEFAULT_MAPPING);
  let n = 0;
  const add = (name: string, dates: object) =>
    env.addUser({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", WORKER],
      userName: name,
      displayName: name,
      active: true,
      phoneNumbers: [{ type: "mobile", value: `+852 5123 410${++n}` }],
      [WORKER]: { ...dates },
    });
  await add("stays", { hireDate: day(-100) });
  await add("coming", { hireDate: day(20) });
  await add("gone", { terminationDate: day(-20) });
  await add("worked", { terminationDate: day(40), lastDayOfWork: day(-10) });
  const follow = async (lines: string) => {
    const mapping = compileMapping(`${DEFAULT_MAPPING}\n${lines}`);
    await createScheduleStore(env.pool, personDeps(mapping, testVault)).followRules(
      mapping.datesVersion,
      () => new Date(),
      new AbortController().signal,
    );
  };
  const planned = async (lines: string) => {
    const mapping = compileMapping(`${DEFAULT_MAPPING}\n${lines}`);
    const rehearsal = await openRehearsal(env.pool, {
      target: "dingtalk",
      everybody: true,
      sources: mapping.sources,
      dates: dateDeps(mapping),
    });
    const { target } = env.connect();
    const whole = await planEverybody(
      { rehearsal, target, mapping, mode: "sync", policy: raisedPolicy, clock: systemClock },
      new AbortController().signal,
    );
    const { items } = await whole.items({ count: 100 });
    await whole.close();
    return items.length;
  };
  await follow("leave: { day: terminationDate }");
  env.startWorker();
  await env.quiet();
  expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["stays", "worked"]);

  const before = (await env.pool.query("select count(*) from persons")).rows;
  expect(await planned("leave: { day: terminationDate }")).toBe(0);
  expect(await planned("leave: { day: earlier }")).toBe(1);
  expect(await planned("leave: { day: terminationDate }\nhire: { leadDays: 30 }")).toBe(1);
  expect(await planned("dates: false")).toBe(2);
  expect((await env.pool.query("select count(*) from persons")).rows).toEqual(before);
  expect(inForce.datesVersion).not.toBe(compileMapping(`${DEFAULT_MAPPING}\ndates: false`).datesVersion);
});
