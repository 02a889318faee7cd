import { systemClock } from "../../../src/core/clock.ts";
import type { HistoryEvent } from "../../../src/history/event.ts";
import type { Claim, RunOutcome } from "../../../src/reconcile/ports.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import {
  type Connection,
  openTestEnvironment,
  type TestEnvironment,
} from "../../support/test-environment.ts";
import { change, chart, person, remote, stateOf } from "./sample.ts";

keepDatabase();
let env: TestEnvironment;
beforeEach(async () => {
  env = await openTestEnvironment();
});
afterEach(() => env.close());

/** A worker of which only the storage lives: it claims, and does with its claim what the test says. */
async function puppet(): Promise<Connection> {
  const connection = env.connect();
  await connection.store.keepAlive([]);
  return connection;
}

const intentOf = (claim: Claim): HistoryEvent => ({
  id: crypto.randomUUID(),
  at: systemClock.now(),
  code: "target.intent",
  actor: "worker",
  causes: claim.causes,
  subject: claim.ref,
  target: "dingtalk",
  attempt: 1,
  detail: { action: "create" },
});

const done = (remoteId: string, event?: HistoryEvent): RunOutcome => ({
  next: { state: "inSync", nextMs: undefined, attempts: 0, observeFirst: false },
  link: { kind: "put", remoteId, attributes: { name: "Puppet" }, presence: "active", containers: [] },
  presenceChanged: true,
  departed: [],
  gone: false,
  ...(event
    ? {
        event: {
          ...event,
          id: crypto.randomUUID(),
          code: "target.outcome",
          causes: [event.id],
          outcome: "done",
        },
      }
    : {}),
});

/** Outcomes by intent, and intents without one (docs/threats.md I6). */
async function outcomes(): Promise<{ outcome: string; n: number }[]> {
  const { rows } = await env.pool.query(
    `select coalesce(o.outcome, 'none') as outcome, count(*)::int as n from history i left join history o on o.code = 'target.outcome' and o.causes @> array[i.id]
      where i.code = 'target.intent' group by 1 order by 1`,
  );
  return rows;
}

test("three workers do the work once", async () => {
  const people = await Promise.all(Array.from({ length: 60 }, (_, n) => env.addUser(person(`P${n}`))));
  await env.addGroup("A/B", people.slice(0, 30));
  await env.addGroup("A/C", people.slice(30));
  for (let n = 0; n < 3; n++) env.startWorker();
  await env.quiet();
  const sitting = await chart(env);
  expect([sitting["A/B"]!.length, sitting["A/C"]!.length]).toEqual([30, 30]);
  const calls = await env.calls();
  expect(calls["/topapi/v2/user/create"]).toMatchObject({ count: 60, refused: 0 });
  expect(calls["/topapi/v2/department/create"]).toMatchObject({ count: 3, refused: 0 });
  expect(calls["/topapi/v2/user/update"]).toBeUndefined();
  expect(await outcomes()).toEqual([{ outcome: "done", n: 63 }]);
});

test("what a killed worker had in hand is taken over within seconds, and its open intent is settled as unknown", async () => {
  const id = await env.addUser(person("Li"));
  const dead = await puppet();
  const [claim] = await dead.store.claim(5);
  expect(await dead.store.begin(claim!, intentOf(claim!), { remoteId: id })).toBe(true);
  await dead.store.close();

  const killedAt = systemClock.monotonicMs();
  env.startWorker();
  await env.quiet();
  expect(systemClock.monotonicMs() - killedAt).toBeLessThan(4_000);
  expect((await remote(env, id))!.name).toBe("Li");
  expect(await outcomes()).toEqual([
    { outcome: "done", n: 1 },
    { outcome: "unknown", n: 1 },
  ]);
});

test("a worker that lives keeps what it has, as long as it may", async () => {
  await env.addUser(person("Li"));
  const slow = await puppet();
  expect(await slow.store.claim(5)).toHaveLength(1);
  const other = await puppet();
  expect(await other.store.keepAlive([])).toEqual({ freed: 0, suspects: 0 });
  expect(await other.store.claim(5)).toEqual([]);
});

test("a lease that ended is free, whoever holds it", async () => {
  await env.addUser(person("Li"));
  const stuck = await puppet();
  expect(await stuck.store.claim(5)).toHaveLength(1);
  await env.pool.query("update entity_states set leased_until = now() - interval '1 s'");
  const other = await puppet();
  expect(await other.store.claim(5)).toHaveLength(1);
});

test("a worker gives back runs it does not know any more", async () => {
  await env.addUser(person("Li"));
  const forgetful = await puppet();
  const [claim] = await forgetful.store.claim(5);
  expect(await forgetful.store.keepAlive([claim!.lease])).toEqual({ freed: 0, suspects: 0 });
  expect(await forgetful.store.keepAlive([])).toEqual({ freed: 1, suspects: 0 });
  expect(await forgetful.store.claim(5)).toHaveLength(1);
});

describe("a run that lost its lease", () => {
  /** Stopped after its write, past its lease, while another worker did the work. */
  async function overtaken(): Promise<{
    id: string;
    frozen: Connection;
    claim: Claim;
    intent: HistoryEvent;
  }> {
    const id = await env.addUser(person("Li"));
    const frozen = await puppet();
    const [claim] = await frozen.store.claim(5);
    const intent = intentOf(claim!);
    await frozen.store.begin(claim!, intent, { remoteId: id });
    await env.pool.query(
      "update entity_states set leased_until = now() - interval '1 s' where entity_id = $1",
      [id],
    );
    env.startWorker();
    await env.quiet();
    return { id, frozen, claim: claim!, intent };
  }

  test("cannot begin, so it sends nothing", async () => {
    const { frozen, claim } = await overtaken();
    expect(await frozen.store.begin(claim, intentOf(claim), undefined)).toBe(false);
    expect(await outcomes()).toEqual([
      { outcome: "done", n: 1 },
      { outcome: "unknown", n: 1 },
    ]);
  });

  test("cannot write a link or a state; what it learned is an event of its own, and somebody looks again", async () => {
    const { id, frozen, claim, intent } = await overtaken();
    await env.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, name: "Puppet" } });
    expect(await frozen.store.finish(claim, done(id, intent))).toBe(false);
    await env.quiet();
    expect((await remote(env, id))!.name).toBe("Li");
    expect(await outcomes()).toEqual([
      { outcome: "done", n: 2 },
      { outcome: "unknown", n: 1 },
    ]);
    const { rows } = await env.pool.query(
      "select causes, outcome, detail from history where code = 'target.late'",
    );
    expect(
      rows.map(({ causes, outcome, detail }) => [causes, outcome, JSON.parse(detail)["learned"]]),
    ).toEqual([[[intent.id], null, "done"]]);
  });
});

test("a change that comes while a run is at work is not lost by its end", async () => {
  const id = await env.addUser(person("Li"));
  const busy = await puppet();
  const [claim] = await busy.store.claim(5);
  await change(env, id, { title: "Head" });
  expect(await busy.store.finish(claim!, done(id))).toBe(true);
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "due" });
});

test("an entity outside the five states is put back to work", async () => {
  const id = await env.addUser(person("Li"));
  const { store } = await puppet();
  await env.pool.query("update entity_states set next_at = null");
  expect(await store.repair()).toBe(1);
  expect(await store.repair()).toBe(0);
  expect(await store.claim(5)).toHaveLength(1);
  expect(await stateOf(env, "user", id)).toMatchObject({ state: "due" });
});

test("a paused target is left alone by every worker, and the pause ends by itself", async () => {
  await env.addUser(person("Li"));
  const { store } = await puppet();
  await store.pause(300, "banned", "notReady");
  await store.pause(50, "shorter", "notReady");
  expect(await store.claim(5)).toEqual([]);
  expect(await store.nextDueMs()).toBeGreaterThan(100);
  env.startWorker();
  await env.quiet();
});

describe("a call that nobody answered", () => {
  const recheckAt = async (id: string): Promise<number | undefined> => {
    const { rows } = await env.pool.query(
      "select extract(epoch from recheck_at - now())::float8 * 1000 as ms from entity_states where entity_id = $1",
      [id],
    );
    return rows[0]?.ms ?? undefined;
  };
  /** The longest life of a call has passed. */
  const later = () =>
    env.pool.query("update entity_states set recheck_at = now() where recheck_at is not null");
  const rechecked = async (): Promise<void> => {
    await later();
    for (;;) {
      const { rows } = await env.pool.query("select 1 from entity_states where recheck_at is not null");
      if (rows.length === 0) break;
      await systemClock.sleep(20);
    }
    await env.quiet();
  };
  const lost = (match: string) => env.control("faults", { match, fault: "timeout_before" });

  test("is looked at at once, and once more when it can have no effect any more", async () => {
    env.startWorker();
    await lost("/topapi/v2/user/create");
    const id = await env.addUser(person("Li"));
    await env.quiet();
    expect(await remote(env, id)).toBeDefined();
    expect(await recheckAt(id)).toBeGreaterThan(14 * 60_000);
    // It lands late, over what the next run wrote.
    await env.control("edit", { call: "/topapi/v2/user/update", body: { userid: id, name: "Older" } });
    await rechecked();
    expect((await remote(env, id))!.name).toBe("Li");
    expect(await recheckAt(id)).toBeUndefined();
  });

  test.each(["deactivated", "deleted"])(
    "that lands after the person was %s does not bring them back",
    async (how) => {
      env.startWorker();
      await lost("/topapi/v2/user/create");
      const document = person("Li");
      const id = await env.addUser(document);
      await env.quiet();
      if (how === "deleted") await env.users.remove(env.context, id);
      else await change(env, id, { active: false });
      await env.quiet();
      expect(await remote(env, id)).toBeUndefined();
      await env.control("edit", {
        call: "/topapi/v2/user/create",
        body: { userid: id, name: "Li", mobile: "+852-61230001", dept_id_list: "1" },
      });
      await rechecked();
      expect(await remote(env, id)).toBeUndefined();
      // Nothing is left to look after.
      expect((await env.pool.query("select 1 from links where entity_id = $1", [id])).rows).toEqual([]);
    },
  );

  test("of a department that lands after the department was given up does not keep it", async () => {
    env.startWorker();
    await lost("/topapi/v2/department/create");
    const group = await env.addGroup("Sales");
    await env.quiet();
    const made = (await env.state()).departments.find(({ name }) => name === "Sales")!;
    await env.groups.remove(env.context, group);
    await env.quiet();
    expect(Object.keys(await chart(env))).toEqual([""]);
    await env.control("edit", {
      call: "/topapi/v2/department/create",
      body: { name: "Sales", parent_id: 1, source_identifier: made.source_identifier! },
    });
    await rechecked();
    expect(Object.keys(await chart(env))).toEqual([""]);
    expect((await env.pool.query("select 1 from links")).rows).toEqual([]);
  });
});

describe("a worker whose lock is gone", () => {
  const loseLock = () =>
    env.pool.query(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 72707370 and granted",
    );

  test("sends nothing for what it claimed before, and has its place again with the next sign of life", async () => {
    await env.addUser(person("Li"));
    const worker = await puppet();
    const [claim] = await worker.store.claim(5);
    expect(claim!.deadline.leftMs()).toBeGreaterThan(100_000);
    await loseLock();
    while (claim!.deadline.leftMs() > 0) await systemClock.sleep(5);
    await env.addUser(person("Wu"));
    expect(await worker.store.claim(5)).toEqual([]);
    await worker.store.keepAlive([claim!.lease]);
    const [next] = await worker.store.claim(5);
    expect(next!.deadline.leftMs()).toBeGreaterThan(100_000);
    expect(claim!.deadline.leftMs()).toBe(0);
  });

  test("is taken for dead at the second look only", async () => {
    await env.addUser(person("Li"));
    const worker = await puppet();
    const [claim] = await worker.store.claim(5);
    await loseLock();
    const other = env.connect();
    expect(await other.store.keepAlive([])).toEqual({ freed: 0, suspects: 1 });
    await worker.store.keepAlive([claim!.lease]).catch(() => undefined);
    await worker.store.keepAlive([claim!.lease]);
    expect(await other.store.keepAlive([])).toEqual({ freed: 0, suspects: 0 });
    await worker.store.close();
    // The database lets go of the lock a moment after the connection has ended.
    while ((await other.store.keepAlive([])).suspects === 0) await systemClock.sleep(20);
    expect(await other.store.keepAlive([])).toEqual({ freed: 1, suspects: 0 });
  });
});
