import { setMaxListeners } from "node:events";
import type pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { RateLimiter } from "../../../src/reconcile/target.ts";
import { TargetThrottled } from "../../../src/reconcile/target-failures.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { createRateLimiter } from "../../../src/store/target/limiter.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

const API = "/topapi/v2/user/update";
const { signal } = new AbortController();
setMaxListeners(0, signal);
let database: TestDatabase;
let pools: pg.Pool[];
beforeEach(async () => {
  database = await createTestDatabase();
  pools = [];
});
afterEach(async () => {
  for (const pool of pools) await pool.end();
  await database.drop();
});

/** One process's limiter, with a pool of its own. */
function open(perSecond: number): RateLimiter {
  const pool = createPool({ url: database.url, max: 3, logger: silentLogger });
  pools.push(pool);
  return createRateLimiter(pool, systemClock, { target: "dingtalk", perSecond, burst: 0 });
}

/** When each of so many calls may leave, in ms from now. */
async function leaves(
  limiters: readonly RateLimiter[],
  calls: number,
  api = API,
): Promise<readonly number[]> {
  const startedMs = systemClock.monotonicMs();
  const one = async (limiter: RateLimiter): Promise<number> => {
    await limiter.take(api, { signal, maxWaitMs: 30_000 });
    return systemClock.monotonicMs() - startedMs;
  };
  const all = await Promise.all(
    Array.from({ length: calls }, (_, at) => one(limiters[at % limiters.length]!)),
  );
  return all.sort((a, b) => a - b);
}

test("two processes share a rate, and keep a little below it", async () => {
  const times = await leaves([open(50), open(50)], 26);
  expect(times.at(-1)).toBeGreaterThanOrEqual((25 * 1_000) / 50);
});

test("each API has a rate of its own; without one calls leave at once", async () => {
  // One every ten seconds: a call that had to wait for another one shows on any machine.
  const limiter = open(0.1);
  const [first, second] = await Promise.all([
    leaves([limiter], 1),
    leaves([limiter], 1, "/topapi/v2/user/create"),
  ]);
  expect(Math.max(...first, ...second)).toBeLessThan(9_000);
  expect((await leaves([open(0)], 100, "/topapi/v2/user/delete")).at(-1)).toBeLessThan(9_000);
});

test.each([API, "all"])(
  "a pause of %s holds back who has a slot already, in every process",
  async (paused) => {
    const [one, other] = [open(20), open(20)];
    const startedMs = systemClock.monotonicMs();
    const going = leaves([one, other], 10);
    await one.take("another", { signal, maxWaitMs: 1_000 });
    await other.pause(paused, 900, "90018");
    const toldMs = systemClock.monotonicMs() - startedMs;
    const times = await going;
    // Some may have left until the pause was said; all others wait for its end.
    const early = times.filter((ms) => ms < 850);
    expect(early.length).toBeLessThanOrEqual(2 + Math.ceil((20 * toldMs) / 1_000) + 1);
    const late = times.filter((ms) => ms >= 850);
    // What they lost is not made up for: the rate holds after the pause as well. A slow machine makes calls
    // late, never early.
    for (const [at, ms] of late.entries()) expect(ms).toBeGreaterThan(850 + at * 40);
  },
);

test("who would wait too long gives the slot back and is told for how long", async () => {
  const limiter = open(20);
  await limiter.pause(API, 60_000, "90018");
  const refused = await limiter.take(API, { signal, maxWaitMs: 500 }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TargetThrottled);
  expect(refused).toMatchObject({ scope: API, retry: { kind: "after" } });
  expect((refused as TargetThrottled).retry).toMatchObject({ ms: expect.any(Number) });
});

test("a pause that comes while waiting counts towards the longest wait", async () => {
  const limiter = open(2);
  await limiter.take(API, { signal, maxWaitMs: 1_000 });
  const waiting = limiter.take(API, { signal, maxWaitMs: 2_000 }).catch((error: unknown) => error);
  await limiter.pause(API, 60_000, "90018");
  expect(await waiting).toBeInstanceOf(TargetThrottled);
});
