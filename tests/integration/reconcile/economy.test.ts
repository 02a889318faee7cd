import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type Running, type TestEnvironment } from "../../support/test-environment.ts";
import { addGroup, change, changeGroup, ENTERPRISE, members, person } from "./sample.ts";

/*
 * What a company costs in calls, beside the fewest there could be. The token is one more, whatever the
 * company.
 */

const TOKEN = "/v1.0/oauth2/accessToken";
const CREATE_USER = "/topapi/v2/user/create";
const CREATE_DEPARTMENT = "/topapi/v2/department/create";
const UPDATE_USER = "/topapi/v2/user/update";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

/** Calls of each path since the last reading of them. */
let known: Readonly<Record<string, number>> = {};
async function callsSince(): Promise<Readonly<Record<string, number>>> {
  const now = Object.fromEntries(Object.entries(await env.calls()).map(([api, { count }]) => [api, count]));
  const made = Object.entries(now).flatMap(([api, count]) =>
    count > (known[api] ?? 0) ? [[api, count - (known[api] ?? 0)] as const] : [],
  );
  known = now;
  return Object.fromEntries(made);
}
beforeEach(() => {
  known = {};
});

interface Company {
  readonly people: readonly string[];
  readonly groups: readonly string[];
  readonly worker: Running;
}

const PATHS = ["HK", "HK/Sales", "HK/Sales/Retail", "CN", "CN/Ops"];

/** Everybody has a manager among those before, and sits in one of five departments. */
async function company(size: number): Promise<Company> {
  const people: string[] = [];
  for (let n = 0; n < size; n++) {
    const manager = n > 0 ? { [ENTERPRISE]: { manager: { value: people[Math.floor((n - 1) / 5)]! } } } : {};
    people.push(await env.addUser(person(`Person ${n}`, { title: "Clerk", ...manager })));
  }
  const groups: string[] = [];
  for (const [at, path] of PATHS.entries())
    groups.push(
      await addGroup(
        env,
        { displayName: path },
        people.filter((_id, n) => n % PATHS.length === at),
      ),
    );
  const worker = env.startWorker();
  await env.quiet(25_000);
  return { people, groups, worker };
}

test("a first load: one call for each person and department, and the token", async () => {
  await company(20);
  expect(await callsSince()).toEqual({ [CREATE_USER]: 20, [CREATE_DEPARTMENT]: PATHS.length, [TOKEN]: 1 });
});

test("a second cycle that says the same costs nothing", async () => {
  const { people, groups } = await company(10);
  await callsSince();
  for (const id of people) await change(env, id, { title: "Clerk" });
  for (const [at, id] of groups.entries()) {
    await changeGroup(env, id, { displayName: PATHS[at]! });
    await members(env, id, { add: people.filter((_id, n) => n % PATHS.length === at) });
  }
  await env.quiet(25_000);
  expect(await callsSince()).toEqual({});
});

test("everything marked once more, with nothing changed, costs nothing", async () => {
  await company(10);
  await callsSince();
  await env.pool.query(
    "update entity_states set state = 'due', next_at = now(), desired_generation = desired_generation + 1",
  );
  await env.quiet(25_000);
  expect(await callsSince()).toEqual({});
});

test("ten changes of each person that wait together are one call a person", async () => {
  const { people, groups, worker } = await company(10);
  await worker.stop(5_000);
  await callsSince();
  for (let turn = 0; turn < 10; turn++) {
    for (const [n, id] of people.entries()) {
      if (turn % 3 === 2) await members(env, groups[(n + turn) % PATHS.length]!, { add: [id] });
      else await change(env, id, { title: `Title ${turn}`, displayName: `Person ${n} ${turn}` });
    }
  }
  env.startWorker();
  await env.quiet(25_000);
  const { [TOKEN]: _token, ...made } = await callsSince();
  expect(made).toEqual({ [UPDATE_USER]: people.length });
  const titles = new Set((await env.state()).users.map(({ title }) => title));
  expect(titles).toEqual(new Set(["Title 9"]));
});

test("changes that take each other back cost nothing", async () => {
  const { people, groups, worker } = await company(10);
  await worker.stop(5_000);
  await callsSince();
  for (const id of people) await change(env, id, { title: "Head" });
  await members(env, groups[0]!, { add: people });
  await changeGroup(env, groups[4]!, { displayName: "CN/Other" });
  for (const id of people) await change(env, id, { title: "Clerk" });
  await members(env, groups[0]!, { remove: people.filter((_id, n) => n % PATHS.length !== 0) });
  await changeGroup(env, groups[4]!, { displayName: "CN/Ops" });
  env.startWorker();
  await env.quiet(25_000);
  const { [TOKEN]: _token, ...made } = await callsSince();
  expect(made).toEqual({});
});

test("a comparison is the pages of the lists and nothing else, also where a department has several", async () => {
  const { people, groups } = await company(105);
  await members(env, groups[1]!, { add: people });
  await env.quiet(25_000);
  await callsSince();
  expect(
    await sweep({ ...env.connect(), clock: systemClock }, "cli", new AbortController().signal),
  ).toMatchObject({
    differing: 0,
    missing: 0,
  });
  const { [TOKEN]: _token, ...made } = await callsSince();
  const departments = PATHS.length + 1;
  // Each department's people in pages of 100: 105 in one, 21 in each other, none in the root.
  expect(made).toEqual({
    "/topapi/v2/department/listsub": departments,
    "/topapi/v2/user/list": departments + 1,
    "/topapi/role/list": 1,
  });
});
