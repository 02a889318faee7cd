import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { sweep } from "../../../src/reconcile/compare/sweep.ts";
import { isComparisonDue, shareOf } from "../../../src/reconcile/hints/health.ts";
import { listenToTarget } from "../../../src/reconcile/hints/listen.ts";
import type { TargetHint } from "../../../src/reconcile/target-hints.ts";
import { createAdoptionOperations } from "../../../src/store/adopt/decisions.ts";
import { readFacts } from "../../../src/store/alerts/facts.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { createRandom, createRandomDirectory } from "../reconcile/random-directory.ts";
import { type RunningListener, settled, startListening, until } from "./listening.ts";

/* What is not heard is found by the comparison, and what is heard twice changes nothing. */

let env: TestEnvironment;
let hand: Connection;
const listeners: RunningListener[] = [];

beforeEach(async () => {
  env = await openTestEnvironment({ retryBaseMs: 10 });
  hand = env.connect();
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop();
  await env.close();
});

const compare = () => sweep({ ...hand, clock: systemClock }, "cli", new AbortController().signal);
const listen = async (): Promise<RunningListener> => {
  const listener = await startListening(env, env.startWorker());
  listeners.push(listener);
  return listener;
};
const retitle = (userid: string, title: string) =>
  env.control("edit", { call: "/topapi/v2/user/update", body: { userid, title } });
const titleOf = async (id: string) =>
  (await env.state()).users.find(({ userid }) => userid === id)?.["title"];
const addPerson = (n: number) =>
  env.addUser({
    userName: `p${n}@example.com`,
    displayName: `Person ${n}`,
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: `+852 6${String(n).padStart(7, "0")}` }],
  });
const listening = () => hand.store.coverage();

test.each(["events", "none"] as const)(
  "without any event (silent: %s) a comparison leads to the same end",
  async (silent) => {
    await env.control("switches", { stream: { silent, dropPercent: 100 } });
    const random = createRandom(7);
    const directory = createRandomDirectory(env, random);
    await listen();
    for (let n = 0; n < 20; n++) await directory.edit();
    await env.quiet();
    const { users, departments } = await env.state();
    for (const { userid } of users.slice(0, 5)) await retitle(userid, "King");
    for (const { userid } of users.slice(5, 7))
      await env.control("edit", { call: "leave", body: { userid } });
    const other = departments.find(({ dept_id }) => dept_id !== 1);
    if (other)
      await env.control("edit", {
        call: "/topapi/v2/department/update",
        body: { dept_id: other.dept_id, name: "Otherwise" },
      });
    expect((await env.pool.query("select 1 from hints")).rows).toEqual([]);
    await compare();
    await env.quiet();
    expect(await directory.differences()).toEqual([]);
    const { heard, missed } = await listening();
    expect([heard, missed > 0]).toEqual([0, true]);
  },
);

test("the share that was heard is known after a comparison, and too little of it has comparisons come hourly", async () => {
  const ids = await Promise.all([1, 2, 3].map(addPerson));
  await listen();
  await env.quiet();
  await settled(env);
  await compare();
  for (const id of ids) {
    await retitle(id, "King");
    await until(async () => (await titleOf(id)) === "Clerk");
  }
  await settled(env);
  await env.quiet();
  expect(await listening()).toMatchObject({ heard: 3, missed: 0 });
  await env.control("switches", { stream: { dropPercent: 100 } });
  await retitle(ids[0]!, "Queen");
  await compare();
  await env.quiet();
  expect(await titleOf(ids[0]!)).toBe("Clerk");
  const { comparedMs, ...known } = await listening();
  expect([known, shareOf(known)]).toEqual([{ heard: 3, missed: 1 }, 0.75]);
  expect([isComparisonDue(known, comparedMs), isComparisonDue(known, 3_600_000)]).toEqual([false, true]);
  expect((await readFacts(env.pool, "dingtalk", new Date())).listening).toMatchObject({
    state: "listening",
    heard: 3,
    missed: 1,
  });
});

test("what we changed ourselves is not called a change that was not heard of", async () => {
  const own = {
    userid: "by-hand",
    name: "Person 1",
    mobile: "+852-61112222",
    job_number: "J-1",
    title: "Old",
    dept_id_list: "1",
  };
  await env.control("edit", { call: "/topapi/v2/user/create", body: own });
  await env.addUser({
    userName: "p1@example.com",
    displayName: "Person 1",
    title: "Clerk",
    phoneNumbers: [{ type: "mobile", value: "+852 6000 0001" }],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { employeeNumber: "J-1" },
  });
  await compare();
  const adoptions = createAdoptionOperations(env.pool, "dingtalk", testVault);
  const [proposal] = (await adoptions.list({ count: 1 })).adoptions;
  await adoptions.accept(proposal!.id, { at: systemClock.now(), actor: "token:test", causes: [] });
  await listen();
  await env.quiet();
  await settled(env);
  // The first update has kept the number, so there is something to correct, and nobody has changed anything
  // in DingTalk.
  expect([await titleOf("by-hand"), (await compare()).differing]).toEqual(["Clerk", 1]);
  await env.quiet();
  expect(await listening()).toMatchObject({ missed: 0 });
});

test("one process listens, and another takes over when it is gone", async () => {
  const first = await listen();
  const { store, target } = env.connect();
  const stopping = new AbortController();
  const second = listenToTarget(
    {
      store,
      target,
      clock: systemClock,
      logger: silentLogger,
      wake: () => undefined,
      relink: async () => false,
      compare: async () => undefined,
    },
    stopping.signal,
  );
  const connections = async () =>
    (
      (await (await fetch(`${env.dingtalk}/_sim/stream`)).json()) as {
        readonly connections: readonly { readonly connectionId: string }[];
      }
    ).connections;
  const [only, ...others] = await connections();
  expect(others).toEqual([]);
  await first.stop();
  await until(async () => {
    const now = await connections();
    return now.length === 1 && now[0]!.connectionId !== only!.connectionId;
  });
  stopping.abort();
  await second;
});

test("a process that is killed after it stored and before it acknowledged changes nothing: it is told once more", async () => {
  const id = await addPerson(9);
  env.startWorker();
  await env.quiet();
  const dying = new AbortController();
  const heard: TargetHint[] = [];
  const listening = hand.target.listen!(
    {
      async receive(hints) {
        await hand.store.keepHints(hints);
        heard.push(...hints);
        throw new Error("killed");
      },
      alive: () => undefined,
      state: () => undefined,
    },
    dying.signal,
  );
  const connected = async () =>
    (
      (await (await fetch(`${env.dingtalk}/_sim/stream`)).json()) as {
        readonly connections: readonly unknown[];
      }
    ).connections.length === 1;
  await until(connected);
  await retitle(id, "King");
  await until(async () => heard.length > 0);
  dying.abort();
  await listening;

  await listen();
  await until(async () => (await titleOf(id)) === "Clerk");
  await env.quiet();
  await settled(env);
  const rows = async () =>
    (await env.pool.query("select event_id, outcome, look from hints order by event_id")).rows;
  const before = await rows();
  const calls = await env.calls();
  await env.control("stream", { action: "replay" });
  const last = await addPerson(10);
  await until(
    async () =>
      (await env.pool.query("select 1 from hints where remote_id = $1 and outcome is not null", [last])).rows
        .length > 0,
  );
  await env.quiet();
  expect((await rows()).filter(({ event_id }) => before.some((row) => row.event_id === event_id))).toEqual(
    before,
  );
  const gets = (all: typeof calls) => all["/topapi/v2/user/get"]?.count ?? 0;
  expect(gets(await env.calls())).toBe(gets(calls));
});

test("too little heard for an hour has everything compared, without anybody asking", async () => {
  await env.pool.query("insert into hint_figures (target, heard, missed) values ('dingtalk', 1, 1)");
  await env.pool.query(
    "insert into target_states (target, swept_at) values ('dingtalk', now() - interval '61 minutes')",
  );
  const { store, target } = env.connect();
  const stopping = new AbortController();
  let asked = 0;
  const compare = async (): Promise<void> => {
    asked += 1;
  };
  const listening = listenToTarget(
    {
      store,
      target,
      clock: systemClock,
      logger: silentLogger,
      wake: () => undefined,
      relink: async () => false,
      compare,
    },
    stopping.signal,
  );
  await until(async () => asked > 0);
  stopping.abort();
  await listening;
  expect(asked).toBe(1);
});
