import { systemClock } from "../../../src/core/clock.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import {
  addGroup,
  change,
  changeGroup,
  DINGTALK_GROUP,
  ENTERPRISE,
  person,
  remote,
  stateOf,
} from "./sample.ts";

/*
 * People who must agree before they become members (40103). Whatever happens in which order, whoever is not
 * to be there is not.
 */

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
  hand = env.connect();
});
afterEach(() => env.close());

let hand: Connection;
const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const wire = (n: number) => `+852-6111${String(n).padStart(4, "0")}`;
const phone = (n: number) => ({ phoneNumbers: [{ type: "mobile", value: wire(n).replace("-", " ") }] });
const accept = (n: number) => env.control("edit", { call: "accept", body: { mobile: wire(n) } });
const creates = async () => (await env.calls())["/topapi/v2/user/create"]?.count ?? 0;
const protect = (count: number) =>
  env.control("switches", { protectedMobiles: Array.from({ length: count }, (_, n) => wire(n)) });
/** What waits for people is looked at now. */
const poll = async () => {
  await env.pool.query("update entity_states set next_at = now() where state = 'waiting'");
  await env.quiet();
};

async function invited(n = 0): Promise<string> {
  const id = await env.addUser(person(`P${n}`, phone(n)));
  await env.quiet();
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "waiting" });
  return id;
}

type Step = "accept" | "deactivate" | "delete" | "change" | "compare" | "poll";

function orders(steps: readonly Step[]): readonly (readonly Step[])[] {
  if (steps.length === 0) return [[]];
  return steps.flatMap((step, at) =>
    orders(steps.filter((_, other) => other !== at)).map((rest) => [step, ...rest]),
  );
}

const CASES = [
  ...orders(["accept", "deactivate", "change", "compare"]),
  ...orders(["accept", "deactivate", "poll"]),
  ...orders(["accept", "delete", "compare"]),
  ...orders(["accept", "delete", "poll"]),
  ...orders(["accept", "change", "poll"]),
  ...orders(["deactivate", "compare", "poll"]),
];

test.each([
  ["after each step the loop comes to rest", true] as const,
  ["the loop runs meanwhile", false] as const,
])(
  `${CASES.length} orders of invitation, acceptance and leaving, where %s`,
  async (_name, rests) => {
    await protect(CASES.length);
    env.startWorker();
    const ids: string[] = [];
    for (const [n] of CASES.entries()) ids.push(await env.addUser(person(`P${n}`, phone(n))));
    if (rests) await env.quiet();
    const act: Record<Step, (n: number) => Promise<unknown>> = {
      accept,
      deactivate: (n) => change(env, ids[n]!, { active: false }),
      delete: (n) => env.users.remove(env.context, ids[n]!),
      change: (n) => change(env, ids[n]!, { title: "Head" }),
      compare,
      poll: (n) =>
        env.pool.query(
          "update entity_states set next_at = now() where entity_id = $1 and state = 'waiting'",
          [ids[n]],
        ),
    };
    for (let round = 0; round < 4; round++) {
      for (const [n, steps] of CASES.entries()) {
        const step = steps[round];
        if (step && step !== "compare") await act[step](n);
      }
      if (CASES.some((steps) => steps[round] === "compare")) await compare();
      if (rests) await env.quiet();
    }
    await env.quiet();
    await compare();
    await env.quiet();
    const inside = new Set((await env.state()).users.map(({ userid }) => userid));
    const leaves = (steps: readonly Step[]) => steps.includes("deactivate") || steps.includes("delete");
    expect(CASES.filter((steps, n) => leaves(steps) && inside.has(ids[n]!))).toEqual([]);
    if (rests)
      expect(
        CASES.filter((steps, n) => !leaves(steps) && steps.includes("accept") && !inside.has(ids[n]!)),
      ).toEqual([]);
    // One invitation each, whatever was changed.
    expect(await creates()).toBeLessThanOrEqual(CASES.length);
  },
  120_000,
);

describe("somebody who was invited", () => {
  beforeEach(async () => {
    await protect(3);
    env.startWorker();
  });

  test("is not invited again by changes, looks or retries, and is read instead", async () => {
    const id = await invited();
    for (const title of ["Clerk", "Head", "Chief"]) {
      await change(env, id, { title });
      await env.quiet();
      await poll();
    }
    expect(await creates()).toBe(1);
    expect(await stateOf(env, "user", id)).toMatchObject({
      state: "waiting",
      reason: expect.stringContaining("not accepted"),
    });
    await accept(0);
    await poll();
    expect(await remote(env, id)).toMatchObject({ title: "Chief" });
    expect(await stateOf(env, "user", id)).toEqual({ state: "inSync", reason: null });
    expect(await creates()).toBe(1);
  });

  test("is invited by another number when that is the reason", async () => {
    const id = await invited();
    await change(env, id, phone(1));
    await env.quiet();
    expect(await creates()).toBe(2);
    // The first invitation is open still: whoever comes by it is brought in line.
    await accept(0);
    await poll();
    expect(await remote(env, id)).toBeDefined();
  });

  test.each(["deactivated", "deleted"])(
    "and was %s is removed at the next look after accepting, without anybody's doing",
    async (how) => {
      const id = await invited();
      if (how === "deleted") await env.users.remove(env.context, id);
      else await change(env, id, { active: false });
      await env.quiet();
      expect(await stateOf(env, "user", id)).toMatchObject({
        state: "waiting",
        reason: expect.stringContaining("may still accept"),
      });
      const { rows } = await env.pool.query(
        "select next_at < now() + interval '61 min' as soon from entity_states where entity_id = $1",
        [id],
      );
      expect(rows).toEqual([{ soon: true }]);
      await accept(0);
      await poll();
      expect(await remote(env, id)).toBeUndefined();
      expect((await env.pool.query("select 1 from links")).rows).toEqual([]);
    },
  );

  test.each([
    ["and everything is as it should be", {}],
    ["and the only other value is refused", { emails: [{ type: "work", value: "taken@example.com" }] }],
  ])("leads the department that names them when they have accepted, %s", async (_what, more) => {
    const holder = await env.addUser(
      person("Holder", { emails: [{ type: "work", value: "taken@example.com" }] }),
    );
    const boss = await env.addUser(person("P0", { ...phone(0), ...more }));
    await addGroup(env, { displayName: "Board", [DINGTALK_GROUP]: { managers: [{ value: boss }] } }, [
      boss,
      holder,
    ]);
    await env.quiet();
    await accept(0);
    await poll();
    const { dept_manager_userid_list: leads } = (await env.state()).departments.find(
      ({ name }) => name === "Board",
    )!;
    expect([(await remote(env, boss))?.name, leads]).toEqual(["P0", [boss]]);
  });

  test("does not keep those from coming who report to them", async () => {
    const boss = await invited();
    const id = await env.addUser(person("Wu", { [ENTERPRISE]: { manager: { value: boss } } }));
    await env.quiet();
    expect(await remote(env, id)).toBeDefined();
    await accept(0);
    await poll();
    expect(await remote(env, id)).toMatchObject({ manager_userid: boss });
  });

  /** Time passes for the invitation. */
  const age = (days: number) =>
    env.pool.query(
      "update links set invitation = jsonb_set(invitation::jsonb, '{at}', to_jsonb(((invitation->>'at')::timestamptz - $1 * interval '1 day')::text))::json where invitation is not null",
      [days],
    );

  test("and never accepted is parked when it has run out, and a retry sends another", async () => {
    const id = await invited();
    await age(8);
    await poll();
    expect(await stateOf(env, "user", id)).toMatchObject({
      state: "parked",
      reason: expect.stringContaining("run out"),
    });
    expect(await creates()).toBe(1);
    await env.pool.query("update entity_states set state = 'due', next_at = now() where entity_id = $1", [
      id,
    ]);
    await env.quiet();
    expect(await creates()).toBe(2);
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "waiting" });
  });

  test("and left is forgotten when it has run out, and found by a comparison if they come all the same", async () => {
    const id = await invited();
    await change(env, id, { active: false });
    await env.quiet();
    await age(8);
    await poll();
    expect((await env.pool.query("select 1 from links")).rows).toEqual([]);
    await accept(0);
    expect(await compare()).toMatchObject({ found: 1 });
    await env.quiet();
    expect(await remote(env, id)).toBeUndefined();
  });
});

test.each(["a person", "a department"])(
  "somebody who is just accepting leads %s that names them at that moment",
  async (what) => {
    await protect(1);
    // The process that finds the boss has no other run meanwhile: ends of one process wait for each other.
    env.startWorker({ concurrency: 1 });
    const [boss, id] = [await invited(), await env.addUser(person("Wu"))];
    const group = await env.addGroup("Ops", [boss]);
    await env.quiet();
    await accept(0);
    const lock = await env.pool.connect();
    const found = async (text: string): Promise<boolean> => (await env.pool.query(text)).rows.length > 0;
    const WAITING =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    try {
      // The end of the run has looked whom it concerns, and cannot commit.
      await lock.query("begin");
      await lock.query("select from links where entity_id = $1 for update", [boss]);
      await env.pool.query("update entity_states set next_at = now() where entity_id = $1", [boss]);
      while (!(await found(WAITING))) await systemClock.sleep(5);
      env.startWorker();
      if (what === "a person") await change(env, id, { [ENTERPRISE]: { manager: { value: boss } } });
      else await changeGroup(env, group, { [DINGTALK_GROUP]: { managers: [{ value: boss }] } });
      while (
        !(await found(`${WAITING} offset 1`)) &&
        (await found("select from entity_states where state = 'due'"))
      )
        await systemClock.sleep(5);
    } finally {
      await lock.query("commit");
      lock.release();
    }
    await env.quiet();
    const led =
      what === "a person"
        ? [(await remote(env, id))?.manager_userid]
        : (await env.state()).departments.find(({ name }) => name === "Ops")?.dept_manager_userid_list;
    expect(led).toEqual([boss]);
  },
);
