import { systemClock } from "../../../src/core/clock.ts";
import { compileMapping } from "../../../src/mapping/compile.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { DEFAULT_POLICY } from "../../../src/policy/default-policy.ts";
import type { Policy } from "../../../src/policy/policy.ts";
import type { PlanItem, PlanSummary } from "../../../src/reconcile/compare/plan-items.ts";
import { planEverybody } from "../../../src/reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../../../src/reconcile/policy.ts";
import { openRehearsal } from "../../../src/store/rehearse.ts";
import { raisedPolicy } from "../../support/policies.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { createRandom, createRandomDirectory } from "./random-directory.ts";
import { addGroup, change, DINGTALK_GROUP, ENTERPRISE, person } from "./sample.ts";

/*
 * The plan of everybody: the loop on a copy. What it says is what the loop then does, and nothing is sent or
 * written for it.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ times: { settleMs: 0 } });
});
afterEach(() => env.close());

interface Made {
  readonly summary: PlanSummary;
  readonly items: readonly PlanItem[];
}

interface AsIf {
  readonly mode?: SyncMode;
  readonly mapping?: string;
  readonly policy?: Policy;
  readonly sideBySide?: number;
}

async function plan({ mode = "sync", mapping, policy = raisedPolicy, sideBySide }: AsIf = {}): Promise<Made> {
  const connection = env.connect();
  const rehearsal = await openRehearsal(env.pool, { target: "dingtalk", everybody: mapping !== undefined });
  const rules = mapping === undefined ? connection.mapping : compileMapping(mapping);
  const deps = { rehearsal, target: connection.target, mapping: rules, mode, policy, clock: systemClock };
  const whole = await planEverybody(
    { ...deps, ...(sideBySide === undefined ? {} : { sideBySide }) },
    new AbortController().signal,
  );
  const { items } = await whole.items({ count: 1_000 });
  await whole.close();
  return { summary: whole.summary, items };
}

const WRITES =
  /\/(create|update|delete|add_role|add_role_group|update_role|deleterole|addrolesforemps|removerolesforemps|disable|enable|signOut)$/;

/** Writes that DingTalk has taken, by path. */
async function taken(): Promise<Record<string, number>> {
  const calls = Object.entries(await env.calls()).filter(([path]) => WRITES.test(path));
  return Object.fromEntries(
    calls.map(([path, { count, refused }]) => [path, count - refused] as const).filter(([, n]) => n > 0),
  );
}

async function during(work: () => Promise<void>): Promise<Record<string, number>> {
  const before = await taken();
  await work();
  const after = Object.entries(await taken()).map(([path, n]) => [path, n - (before[path] ?? 0)] as const);
  return Object.fromEntries(after.filter(([, n]) => n > 0));
}

async function run(concurrency = 8): Promise<void> {
  const worker = env.startWorker({ concurrency });
  await env.quiet();
  await worker.stop(2_000);
}

/** Everything that is kept, in which a plan must leave no trace. */
async function kept(): Promise<unknown> {
  const tables = [
    "guard_acts",
    "guard_bases",
    "holds",
    "hold_members",
    "entity_states",
    "links",
    "departments",
    "placements",
    "person_departments",
    "history",
    "target_states",
  ];
  const rows = await Promise.all(
    tables.map((table) =>
      env.pool.query(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${table} t`,
      ),
    ),
  );
  const jobs = await env.pool.query("select count(*) as n from graphile_worker.jobs");
  return [...rows.map(({ rows: [row] }) => row.sum), jobs.rows[0].n];
}

test("a first plan says what is made, old and new, and leaves no trace", async () => {
  const li = await env.addUser(person("Li", { title: "Clerk", [ENTERPRISE]: { employeeNumber: "N-1" } }));
  const bo = await env.addUser(person("Bo", { [ENTERPRISE]: { manager: { value: "N-1" } } }));
  await addGroup(env, { displayName: "HK/Sales", [DINGTALK_GROUP]: { managers: [{ value: li }] } }, [li, bo]);
  const before = await kept();
  const calls = await env.calls();
  const { summary, items } = await plan();
  expect(summary).toMatchObject({
    create: 4,
    update: 0,
    remove: 0,
    suspend: 0,
    resume: 0,
    held: 0,
    calls: 5,
    byAttribute: {},
  });
  expect(items.map(({ kind, name, action }) => [kind, name, action]).sort()).toEqual([
    ["department", "HK", "create"],
    ["department", "Sales", "create"],
    ["user", "Bo", "create"],
    ["user", "Li", "create"],
  ]);
  expect(items.find(({ id }) => id === li)!.changes).toMatchObject({
    name: { after: "Li" },
    title: { after: "Clerk" },
  });
  expect(items.find(({ id }) => id === bo)!.changes["manager"]).toEqual({ after: li });
  expect(await kept()).toEqual(before);
  expect(await env.calls()).toEqual(calls);
  expect(Object.values(await during(() => run())).reduce((sum, n) => sum + n)).toBe(5);
  expect(await plan()).toEqual({
    summary: expect.objectContaining({ create: 0, update: 0, calls: 0 }),
    items: [],
  });
});

/** Both with `npm run test:faults`. */
const SEEDS = [2, 3].slice(0, Number(process.env["FAULT_SEEDS"] ?? 1));

test.each(SEEDS)(
  "the loop does exactly what the plan said (seed %i)",
  async (seed) => {
    const directory = createRandomDirectory(env, createRandom(seed));
    for (let round = 0; round < 4; round++) {
      for (let edit = 0; edit < 15; edit++) await directory.edit();
      // One after the other, here and there: what meets on its way may take a call more.
      const { summary } = await plan({ sideBySide: 1 });
      expect({ round, calls: await during(() => run(1)) }).toEqual({ round, calls: summary.byApi });
    }
    expect(await directory.differences()).toEqual([]);
  },
  120_000,
);

test("a mapping shows what it would do before it is installed", async () => {
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await env.addUser(person(`P${n}`, { title: "Clerk" })));
  await run();
  const before = await kept();
  const mapping = `${DEFAULT_MAPPING}`.replace("firstOf(user.title, workday.businessTitle)", `'"Staff"'`);
  const { summary, items } = await plan({ mapping });
  expect(summary).toMatchObject({ update: 5, byAttribute: { title: 5 }, calls: 5 });
  expect(items[0]).toMatchObject({
    action: "update",
    changes: { title: { before: "Clerk", after: "Staff" } },
  });
  expect(await kept()).toEqual(before);
});

test("a mode holds back what it does not do", async () => {
  const [a, b] = [await env.addUser(person("A")), await env.addUser(person("B"))];
  await run();
  await change(env, a, { active: false });
  await change(env, b, { title: "Head" });
  expect((await plan({ mode: "sync" })).summary).toMatchObject({ remove: 1, update: 1, held: 0, calls: 2 });
  const upsert = await plan({ mode: "upsert" });
  expect(upsert.summary).toMatchObject({ remove: 0, update: 1, held: 1, calls: 1 });
  expect(upsert.items.find(({ id }) => id === a)).toMatchObject({ action: "remove", heldBy: "modeUpsert" });
  const observe = await plan({ mode: "observe" });
  expect(observe.summary).toMatchObject({ remove: 0, update: 0, held: 2, calls: 0 });
  // What observe has held is in the plan of a bolder mode.
  const worker = env.startWorker({ mode: "observe" });
  await env.quiet();
  await worker.stop(2_000);
  expect((await plan()).summary).toMatchObject({ remove: 1, update: 1, held: 0, calls: 2 });
});

test("what a limit would hold says so, and opens no hold", async () => {
  const ids = [];
  for (let n = 0; n < 8; n++) ids.push(await env.addUser(person(`P${n}`)));
  await run();
  for (const id of ids) await change(env, id, { active: false });
  const before = await kept();
  const { summary, items } = await plan({ policy: compilePolicy(DEFAULT_POLICY) });
  expect(summary).toMatchObject({ remove: 5, held: 3, calls: 5 });
  expect(items.filter(({ heldBy }) => heldBy === "peopleRemoved")).toHaveLength(3);
  expect(await kept()).toEqual(before);
});
