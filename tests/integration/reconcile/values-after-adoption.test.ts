import { systemClock } from "../../../src/core/clock.ts";
import { PROPOSE_ALL } from "../../../src/reconcile/adopt/rules.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { createHolds } from "../../../src/store/loop/guard/holds.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { change, ENTERPRISE, person } from "./sample.ts";

/*
 * How many people may get the same value in the hour in which their accounts are adopted. These accounts were
 * in DingTalk when the hour began, so they count, and people whom the loop has created since do not.
 */

const PEOPLE = 40;
const POLICY =
  "version: 1\nlimits: { attributeBlanked: { people: 4, percent: 20 }, peopleRemoved: { atLeast: 2, percent: 50 } }";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment({ policy: POLICY });
});
afterEach(() => env.close());

const list = async () => (await createHolds(env.pool, "dingtalk", systemClock).list({ count: 10 })).holds;
const titled = async (title: string): Promise<number> =>
  (await env.state()).users.filter((user) => user["title"] === title).length;

/**
 * Accounts entered by hand, all with the title Staff. The directory has the same people, `chiefs` of them as
 * chiefs.
 */
async function adopted(chiefs: number): Promise<readonly string[]> {
  for (let at = 0; at < PEOPLE; at++) {
    const body = {
      userid: `u${at}`,
      name: `P${at}`,
      job_number: String(at),
      dept_id_list: "1",
      title: "Staff",
      mobile: `+852-6${1_000_000 + at}`,
    };
    await env.control("edit", { call: "/topapi/v2/user/create", body });
  }
  const titleOf = (at: number) => (at < chiefs ? "Chief" : `Clerk ${at}`);
  const ids = await Promise.all(
    Array.from({ length: PEOPLE }, (_, at) =>
      env.addUser(person(`P${at}`, { title: titleOf(at), [ENTERPRISE]: { employeeNumber: String(at) } })),
    ),
  );
  const worker = env.startWorker({ mode: "observe" });
  await env.quiet();
  await worker.stop(1_000);
  const adopt = { ...PROPOSE_ALL, people: { ...PROPOSE_ALL.people, 2: "link" as const } };
  await sweep(
    { ...env.connect(), clock: systemClock, policy: { adopt } },
    "cli",
    new AbortController().signal,
  );
  expect((await env.pool.query("select 1 from links where adopted")).rows).toHaveLength(PEOPLE);
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now(), desired_generation = desired_generation + 1",
  );
  return ids;
}

test("a fifth of the adopted people may get the same title at once", async () => {
  await adopted(PEOPLE / 5);
  env.startWorker();
  await env.quiet();
  expect(await titled("Chief")).toBe(PEOPLE / 5);
  expect(await list()).toEqual([]);
});

test("more than a fifth of them may not", async () => {
  await adopted(PEOPLE / 5 + 2);
  env.startWorker();
  await env.quiet();
  expect(await titled("Chief")).toBe(PEOPLE / 5);
  expect(await list()).toMatchObject([
    { limit: "attributeBlanked", count: 2, allowed: PEOPLE / 5, present: PEOPLE },
  ]);
});

test("people who were created in this hour do not count: they were not there when it began", async () => {
  const ids = await Promise.all(
    Array.from({ length: PEOPLE }, (_, at) => env.addUser(person(`P${at}`, { title: `Clerk ${at}` }))),
  );
  env.startWorker();
  await env.quiet();
  await Promise.all(ids.slice(0, 8).map((id) => change(env, id, { title: "Chief" })));
  await env.quiet();
  expect(await titled("Chief")).toBe(3);
  expect(await list()).toMatchObject([{ limit: "attributeBlanked", count: 5, allowed: 3 }]);
});

test("an adoption does not raise how many people may be removed today", async () => {
  const ids = await adopted(0);
  env.startWorker();
  await env.quiet();
  await Promise.all(ids.slice(0, 5).map((id) => change(env, id, { active: false })));
  await env.quiet();
  expect((await env.state()).users).toHaveLength(PEOPLE - 2);
  expect(await list()).toMatchObject([{ limit: "peopleRemoved", count: 3, allowed: 2 }]);
});
