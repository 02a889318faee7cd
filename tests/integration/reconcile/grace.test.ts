import { systemClock } from "../../../src/core/clock.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { planEverybody } from "../../../src/reconcile/compare/whole-plan.ts";
import { createMovableClock, type MovableClock } from "../../../src/simulator/control/movable-clock.ts";
import { createSyncOperations } from "../../../src/store/operations.ts";
import { openRehearsal } from "../../../src/store/rehearse.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  openTestEnvironment,
  type Running,
  type TestEnvironment,
  type WorkerOptions,
} from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  chart,
  DINGTALK_GROUP,
  DINGTALK_USER,
  ENTERPRISE,
  person,
  remote,
} from "./sample.ts";

/* The grace of a leaver: switched off or parked at once, removed when it is over. */

const DAY = `version: 1
grace: 24h
limits: { peopleRemoved: { atLeast: 1000 }, departmentEmptied: { people: 1000 } }`;
const PARKING = DEFAULT_MAPPING.replace(
  "inactive: { regular: remove }",
  "inactive: { regular: remove, parkIn: Former staff }",
);
const DAY_MS = 24 * 3_600_000;

keepDatabase();
let env: TestEnvironment;
let clock: MovableClock;
let workers: Running[] = [];

beforeAll(async () => {
  env = await openTestEnvironment();
});
afterAll(() => env.close());
beforeEach(() => {
  clock = createMovableClock(systemClock);
});
afterEach(async () => {
  await stop();
});

const start = (more: WorkerOptions = {}): void =>
  void workers.push(env.startWorker({ policy: DAY, clock, ...more }));
const stop = async (): Promise<void> => {
  await Promise.all(workers.map((worker) => worker.stop(5_000)));
  workers = [];
};
/** So much time passes, by the clock of the runs, and whoever is in a grace is looked at. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await env.pool.query(
    "update entity_states set next_at = now() where reason_code = 'inGrace' and lease is null",
  );
  await settled();
}
/** Nobody is due, and whoever is in a grace has their turn later. */
async function settled(): Promise<void> {
  await env.quiet();
  while (
    (
      await env.pool.query(
        "select from entity_states where lease is not null or next_at <= now() and state <> 'held' limit 1",
      )
    ).rows.length > 0
  ) {
    for (const worker of workers) worker.wake();
    await systemClock.sleep(20);
  }
  await env.quiet();
}
const regular = (name: string) => env.addUser(person(name));
const enterprise = (name: string) => env.addUser(person(name, { [DINGTALK_USER]: { accountType: "sso" } }));
const leave = (id: string) => change(env, id, { active: false });
const comeBack = (id: string) => change(env, id, { active: true });
const isOff = async (id: string): Promise<boolean | undefined> =>
  (await remote(env, id)) && (await remote(env, id))!["disable_status"] === true;
const eventsOf = async (id: string): Promise<readonly string[]> =>
  (
    await env.pool.query(
      "select code from history where subject = $1 and code like 'grace.%' order by at, id",
      [id],
    )
  ).rows.map(({ code }) => code);
const actionsOf = async (id: string): Promise<readonly string[]> =>
  (
    await env.pool.query(
      "select detail->>'action' as action from history where subject = $1 and code = 'target.outcome' and outcome = 'done' order by id",
      [id],
    )
  ).rows.map(({ action }) => action);

test("a manager who comes back in the grace leads again, those who were looked at meanwhile as well", async () => {
  start();
  const boss = await regular("Boss");
  const report = await env.addUser(person("Report", { [ENTERPRISE]: { manager: { value: boss } } }));
  const group = await addGroup(
    env,
    { displayName: "Ops", [DINGTALK_GROUP]: { managers: [{ value: boss }] } },
    [boss, report],
  );
  await settled();
  const leads = async () => [
    (await remote(env, report))?.manager_userid ?? "",
    ...(await env.state()).departments.find(({ name }) => name === "Ops")!.dept_manager_userid_list,
  ];
  expect(await leads()).toEqual([boss, boss]);
  await leave(boss);
  await settled();
  await change(env, report, { title: "Clerk" });
  await changeGroup(env, group, { [DINGTALK_GROUP]: { managers: [{ value: boss }, { value: "nobody" }] } });
  await settled();
  expect(await leads()).toEqual([""]);
  await comeBack(boss);
  await settled();
  expect(await leads()).toEqual([boss, boss]);
});

test("an account that can be switched off is, at once, and is removed when the grace is over", async () => {
  start();
  const id = await enterprise("Wong Kit");
  await env.quiet();
  await leave(id);
  await settled();
  expect(await isOff(id)).toBe(true);
  expect(await eventsOf(id)).toEqual(["grace.started"]);

  await pass(DAY_MS - 60_000);
  expect(await isOff(id)).toBe(true);
  await pass(60_000);
  expect(await remote(env, id)).toBeUndefined();
  expect(await eventsOf(id)).toEqual(["grace.started", "grace.ended"]);
  expect(await actionsOf(id)).toEqual(["create", "suspend", "remove"]);
});

test("an account that can be switched off is, also when the directory has deleted the person, who is removed when the grace is over", async () => {
  start();
  const id = await enterprise("Yip Man");
  await env.quiet();
  await env.users.remove(env.context, id);
  await settled();
  expect([await isOff(id), await eventsOf(id)]).toEqual([true, ["grace.started"]]);
  await pass(DAY_MS);
  expect(await remote(env, id)).toBeUndefined();
  expect(await actionsOf(id)).toEqual(["create", "suspend", "remove"]);
});

test("operators see who is on the way out, and until when, in the items and in the plan", async () => {
  start();
  const [off, leaving] = [await enterprise("Tse Ling"), await enterprise("Fan Wing")];
  await env.quiet();
  await leave(off);
  await settled();
  const { items } = await createSyncOperations(env.pool, "dingtalk", systemClock).items({
    kind: "user",
    reasonCode: "inGrace",
    count: 100,
  });
  const item = items.find(({ ref }) => ref.id === off)!;
  expect(item).toMatchObject({
    state: "inSync",
    reasonCode: "inGrace",
    reason: expect.stringContaining(item.grace!.until.toISOString()),
  });
  expect(item.grace!.until.getTime() - item.grace!.since.getTime()).toBe(DAY_MS);

  await stop();
  await leave(leaving);
  const rehearsal = await openRehearsal(env.pool, { target: "dingtalk", everybody: false });
  const plan = await planEverybody(
    { ...env.connect(), rehearsal, policy: compilePolicy(DAY), mode: "sync" },
    new AbortController().signal,
  );
  const planned = (await plan.items({ count: 1_000 })).items;
  await plan.close();
  expect(planned.find(({ id }) => id === off)).toMatchObject({
    action: "remove",
    heldBy: "inGrace",
    until: item.grace!.until,
  });
  const first = planned.find(({ id }) => id === leaving)!;
  expect([first.action, first.heldBy, first.until]).toEqual(["suspend", undefined, expect.any(Date)]);
  expect(await isOff(leaving)).toBe(false);
});

test("an account that cannot is parked, where the mapping has a place for that", async () => {
  start({ mapping: PARKING });
  const id = await regular("Ho Yan");
  await addGroup(env, { displayName: "Sales" }, [id]);
  await env.quiet();
  await leave(id);
  await settled();
  expect(await chart(env)).toMatchObject({ "Former staff": ["Ho Yan"], Sales: [] });
  expect(await eventsOf(id)).toEqual(["grace.started"]);
  await pass(DAY_MS);
  expect(await remote(env, id)).toBeUndefined();
  expect(await eventsOf(id)).toEqual(["grace.started", "grace.ended"]);
});

test("else they stay as they are, also when the directory does not know them any more", async () => {
  start();
  const [inactive, deleted] = [await regular("Lau Sum"), await regular("Kwok Fu")];
  const group = await addGroup(env, { displayName: "Stores" }, [inactive, deleted]);
  await env.quiet();
  await leave(inactive);
  await env.users.remove(env.context, deleted);
  await settled();
  expect(await chart(env)).toMatchObject({ Stores: ["Kwok Fu", "Lau Sum"] });
  await pass(DAY_MS);
  expect([await remote(env, inactive), await remote(env, deleted)]).toEqual([undefined, undefined]);
  expect(await eventsOf(deleted)).toEqual(["grace.started", "grace.ended"]);
  expect(
    (await env.pool.query("select from entity_states where entity_id = $1", [deleted])).rows,
  ).toHaveLength(0);
  await env.groups.remove(env.context, group);
});

test("back before its end: nobody is removed, and the grace is cancelled", async () => {
  start();
  const [off, stays] = [await enterprise("Ng Pui"), await regular("Chu Lok")];
  await env.quiet();
  await leave(off);
  await leave(stays);
  await settled();
  await pass(DAY_MS / 2);
  await comeBack(off);
  await comeBack(stays);
  await settled();
  await pass(2 * DAY_MS);
  expect([await isOff(off), await isOff(stays)]).toEqual([false, false]);
  for (const id of [off, stays]) expect(await eventsOf(id)).toEqual(["grace.started", "grace.cancelled"]);
  expect(await actionsOf(off)).toEqual(["create", "suspend", "resume"]);

  // Whoever leaves again has the whole grace again.
  await leave(off);
  await settled();
  await pass(DAY_MS - 60_000);
  expect(await isOff(off)).toBe(true);
});

test("a restart in between keeps it, and another policy counts from its beginning", async () => {
  start();
  const [short, long] = [await enterprise("Yip Man"), await enterprise("Sze To")];
  await env.quiet();
  await leave(short);
  await leave(long);
  await settled();
  await stop();
  start({ policy: DAY.replace("24h", "48h") });
  await pass(DAY_MS);
  expect([await isOff(short), await isOff(long)]).toEqual([true, true]);
  await stop();
  start();
  await pass(0);
  expect([await remote(env, short), await remote(env, long)]).toEqual([undefined, undefined]);
});

test("of two processes one ends it", async () => {
  start();
  start();
  start();
  const leavers = await Promise.all(Array.from({ length: 30 }, (_, at) => enterprise(`Twice ${at}`)));
  await env.quiet();
  await Promise.all(leavers.map(leave));
  await settled();
  await pass(DAY_MS);
  for (const id of leavers) {
    expect(await remote(env, id)).toBeUndefined();
    expect(await eventsOf(id)).toEqual(["grace.started", "grace.ended"]);
    expect(await actionsOf(id)).toEqual(["create", "suspend", "remove"]);
  }
});

test("the number of somebody deleted is free for whoever needs it, before the grace is over", async () => {
  start();
  const document = person("Leung Ka");
  const before = await env.addUser(document);
  await env.quiet();
  await env.users.remove(env.context, before);
  await settled();
  expect(await remote(env, before)).toBeDefined();
  const after = await env.addUser({ ...document });
  await settled();
  expect(await remote(env, before)).toBeUndefined();
  expect(await remote(env, after)).toMatchObject({ name: "Leung Ka" });
  expect(await eventsOf(before)).toEqual(["grace.started", "grace.ended"]);
});

test("somebody removed by hand is not made again, and the grace is over", async () => {
  start({ mapping: PARKING });
  const id = await regular("Mak Yee");
  await env.quiet();
  await leave(id);
  await settled();
  await env.control("edit", { call: "/topapi/v2/user/delete", body: { userid: id } });
  await pass(DAY_MS);
  expect(await remote(env, id)).toBeUndefined();
  expect(await eventsOf(id)).toEqual(["grace.started", "grace.ended"]);
  expect((await actionsOf(id)).filter((action) => action === "create")).toHaveLength(1);
});
