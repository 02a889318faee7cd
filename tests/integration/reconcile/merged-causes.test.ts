import { systemClock } from "../../../src/core/clock.ts";
import { compilePolicy } from "../../../src/policy/compile.ts";
import { planEverybody } from "../../../src/reconcile/compare/whole-plan.ts";
import type { Hold } from "../../../src/reconcile/guard/hold.ts";
import type { HoldOperations } from "../../../src/reconcile/guard/operations.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { countSources } from "../../../src/store/loop/guard/source-figures.ts";
import { openRehearsal } from "../../../src/store/rehearse.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type Running, type TestEnvironment } from "../../support/test-environment.ts";
import { change, person } from "./sample.ts";

/*
 * More than 32 marks of an entity are merged into one event (ADR 0028). The guard still sees who has written
 * it.
 */

/** The next mark after so many is merged with them into one cause. */
const MANY = 32;
const ONE_A_DAY = `version: 1
limits: { peopleRemoved: { atLeast: 1, percent: 0 }, sourceCollapsed: { people: 1000 } }`;

keepDatabase();
let env: TestEnvironment;
let holds: HoldOperations;
let worker: Running;

async function open(policy: string): Promise<void> {
  env = await openTestEnvironment({ policy });
  holds = createHolds(env.pool, "dingtalk", systemClock);
  worker = env.startWorker();
}
afterEach(() => env.close());

const here = async (): Promise<readonly string[]> => (await env.state()).users.map(({ userid }) => userid);
const only = async (): Promise<Hold> => {
  const { holds: found } = await holds.list({ count: 10 });
  expect(found).toHaveLength(1);
  return found[0]!;
};
const stop = () => worker.stop(5_000);
const go = (): void => {
  worker = env.startWorker();
};

/** The source writes the person so often that the causes of the marks are merged. */
async function writeOften(id: string): Promise<void> {
  for (let n = 0; n < MANY; n++) await change(env, id, { title: `Title ${n}` });
}
const causesOf = async (id: string): Promise<readonly string[]> =>
  (
    await env.pool.query(
      "select h.code from entity_states s join history h on h.id = any(s.causes) where s.entity_id = $1",
      [id],
    )
  ).rows.map(({ code }) => code);

/**
 * Somebody who is held beyond the limit of one removal a day, and whose hold is rejected. A day later the
 * limit would allow the removal.
 */
async function rejected(first: (id: string) => Promise<void> = async () => undefined): Promise<string> {
  await open(ONE_A_DAY);
  const people = [await env.addUser(person("A")), await env.addUser(person("B"))];
  await env.quiet();
  await stop();
  for (const id of people) {
    await first(id);
    await change(env, id, { active: false });
  }
  go();
  await env.quiet();
  const { id, digest, count } = await only();
  expect(count).toBe(1);
  await holds.reject(id, { digest, count }, { actor: "ann" });
  await stop();
  await env.pool.query("update guard_acts set at = at - interval '25 hours'");
  const [left] = await here();
  return left!;
}

async function lookAgain(): Promise<void> {
  await env.pool.query("update entity_states set state = 'due', next_at = now() where state = 'held'");
  go();
  await env.quiet();
}

test("a rejected leaver whom the source writes more than 32 times is judged again", async () => {
  const left = await rejected();
  await writeOften(left);
  expect(await causesOf(left)).toEqual(["marks.merged"]);
  const rehearsal = await openRehearsal(env.pool, { target: "dingtalk", everybody: false });
  const plan = await planEverybody(
    { ...env.connect(), rehearsal, policy: compilePolicy(ONE_A_DAY), mode: "sync" },
    new AbortController().signal,
  );
  const { items } = await plan.items({ count: 10 });
  await plan.close();
  expect(items).toMatchObject([{ id: left, action: "remove" }]);
  expect(items[0]!.heldBy).toBeUndefined();
  go();
  await env.quiet();
  expect(await here()).toEqual([]);
});

test("a rejected leaver whom the source wrote more than 32 times before, and not since, stays held", async () => {
  const left = await rejected(writeOften);
  expect(await causesOf(left)).toEqual(["marks.merged"]);
  await lookAgain();
  expect(await here()).toEqual([left]);
  expect(await only()).toMatchObject({ state: "rejected", count: 1 });
});

test("marks without a word of the source do not count as one, however many are merged", async () => {
  const left = await rejected();
  // Written before the hold: the event of the merge names the causes of then too.
  await env.pool.query(
    "update entity_states set causes = causes || array(select gen_random_uuid() from generate_series(1, 32)) where entity_id = $1",
    [left],
  );
  await lookAgain();
  expect(await here()).toEqual([left]);
});

test("a hold names the requests of a member whose marks were merged", async () => {
  await rejected(writeOften);
  const { id } = await only();
  const { members } = await holds.members(id, { count: 1 });
  expect(members[0]!.causes.length).toBeGreaterThanOrEqual(MANY);
  expect(new Set(members[0]!.causes.map(({ actor }) => actor))).toEqual(new Set(["token:test"]));
});

test("a source that collapses is seen by deletions of people whose marks were merged", async () => {
  await open("version: 1\nlimits: { peopleRemoved: { atLeast: 1000 }, sourceCollapsed: { people: 4 } }");
  const people = await Promise.all(["A", "B", "C", "D"].map((name) => env.addUser(person(name))));
  await env.quiet();
  await stop();
  await env.pool.query(
    "update links set created_at = created_at - interval '25 hours', observed_at = observed_at - interval '25 hours'",
  );
  await countSources(env.pool, "dingtalk");
  for (const id of people.slice(0, 3)) {
    await writeOften(id);
    await env.users.remove(env.context, id);
    expect(await causesOf(id)).toEqual(["marks.merged"]);
  }
  go();
  await env.quiet();
  expect(await here()).toHaveLength(4);
  expect(await only()).toMatchObject({ limit: "sourceCollapsed", count: 3 });
});
