import { systemClock } from "../../../src/core/clock.ts";
import type { Claim } from "../../../src/reconcile/ports.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { chart } from "./sample.ts";

/*
 * Runs that take longer than a lease: what an unanswered create may have made is looked for with one call for
 * each department.
 */

const LEASE_MS = 2_000;
const OTHERS = 30;
/** All of them together take twice as long as a lease. */
const CALL_MS = 140;

let env: TestEnvironment;
afterEach(() => env.close());

/** Departments of others, slow answers, and a create of Sales that DingTalk never got. */
async function unansweredCreate(): Promise<string> {
  env = await openTestEnvironment({ times: { leaseMs: LEASE_MS } });
  for (let n = 0; n < OTHERS; n++)
    await env.control("edit", {
      call: "/topapi/v2/department/create",
      body: { name: `Theirs ${n}`, parent_id: 1 },
    });
  await env.control("faults", { match: "/topapi/v2/department/create", fault: "timeout_before", times: 1 });
  await env.control("latency", { minMs: CALL_MS, maxMs: CALL_MS });
  return env.addGroup("Sales");
}

async function outcomes(): Promise<readonly string[]> {
  const { rows } = await env.pool.query(
    "select outcome from history where code = 'target.outcome' order by id",
  );
  return rows.map(({ outcome }) => outcome);
}

test("a department whose create went unanswered is made once, by the first run that has asked all the others", async () => {
  await unansweredCreate();
  env.startWorker();
  await env.quiet();
  expect(Object.keys(await chart(env)).filter((name) => name === "Sales")).toEqual(["Sales"]);
  expect(await outcomes()).toEqual(["unknown", "done"]);
  expect((await env.calls())["/topapi/v2/department/get"]!.count).toBeLessThan(2 * OTHERS);
});

test("a group that goes after its create went unanswered leaves nothing behind", async () => {
  const group = await unansweredCreate();
  const worker = env.startWorker();
  while ((await outcomes()).length === 0) await systemClock.sleep(10);
  await env.groups.remove(env.context, group);
  worker.wake();
  await env.quiet();
  expect(Object.keys(await chart(env))).not.toContain("Sales");
  const { rows } = await env.pool.query("select 1 from links where status = 'owned'");
  expect(rows).toEqual([]);
});

describe("a lease of which half is over", () => {
  async function claimed() {
    env = await openTestEnvironment({ times: { leaseMs: LEASE_MS } });
    await env.addGroup("Sales");
    const { store } = env.connect();
    await store.keepAlive([]);
    const [{ deadline }] = (await store.claim(1)) as [Claim];
    while (deadline.leftMs() > LEASE_MS / 3) await systemClock.sleep(10);
    return deadline;
  }

  test("is prolonged while it is the run's", async () => {
    const deadline = await claimed();
    await deadline.prolong!();
    expect(deadline.leftMs()).toBeGreaterThan(LEASE_MS / 2);
    const { rows } = await env.pool.query(
      "select leased_until > now() + interval '1 s' as longer from entity_states where lease is not null",
    );
    expect(rows).toEqual([{ longer: true }]);
  });

  test("is over as soon as somebody else has the entity", async () => {
    const deadline = await claimed();
    await env.pool.query("update entity_states set lease = gen_random_uuid() where lease is not null");
    await deadline.prolong!();
    expect(deadline.leftMs()).toBeLessThanOrEqual(0);
  });

  test("is not taken up again once it is over", async () => {
    const deadline = await claimed();
    while (deadline.leftMs() > 0) await systemClock.sleep(10);
    await deadline.prolong!();
    expect(deadline.leftMs()).toBeLessThanOrEqual(0);
  });
});
