import { randomUUID } from "node:crypto";
import type { Clock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import type { Claim } from "../../../src/reconcile/ports.ts";
import { createWorker } from "../../../src/reconcile/process/worker.ts";

const CONCURRENCY = 4;

const claim = (): Claim => ({
  ref: { kind: "user", id: randomUUID() },
  lease: randomUUID(),
  generation: 1,
  attempts: 0,
  causes: [],
  deadline: { leftMs: () => Number.POSITIVE_INFINITY },
  unsettled: false,
  cause: undefined,
});

/** A worker with more to do than it can ever end, and a clock that stands still until the test says so. */
function endlessWork() {
  let wakeSleepers = () => {};
  const clock: Clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: () =>
      new Promise((resolve) => {
        const before = wakeSleepers;
        wakeSleepers = () => {
          before();
          resolve();
        };
      }),
  };
  const door = { busy: false };
  let begun = 0;
  const worker = createWorker({
    store: {
      async claim(free: number) {
        await turns(1);
        return Array.from({ length: free }, claim);
      },
      nextDueMs: async () => 0,
      keepAlive: async () => ({ freed: 0, suspects: 0 }),
      repair: async () => 0,
      expireHolds: async () => undefined,
      close: async () => undefined,
    },
    reconcile: async () => {
      begun += 1;
    },
    clock,
    logger: silentLogger,
    concurrency: CONCURRENCY,
    shouldYield: () => door.busy,
  });
  return { worker, door, begun: () => begun, passTime: () => wakeSleepers() };
}

const turns = async (count: number): Promise<void> => {
  for (let at = 0; at < count; at++) await new Promise((resolve) => setImmediate(resolve));
};

test("with nobody to answer, the next run begins as soon as one has ended", async () => {
  const { worker, begun, passTime } = endlessWork();
  worker.start();
  await turns(50);
  expect(begun()).toBeGreaterThan(5 * CONCURRENCY);
  const stopped = worker.stop(0);
  passTime();
  await stopped;
});

test("while requests are being answered, the loop begins one lot of runs and then rests", async () => {
  const { worker, door, begun, passTime } = endlessWork();
  door.busy = true;
  worker.start();
  await turns(50);
  expect(begun()).toBe(CONCURRENCY);
  passTime();
  await turns(50);
  expect(begun()).toBe(2 * CONCURRENCY);
  door.busy = false;
  passTime();
  await turns(50);
  expect(begun()).toBeGreaterThan(5 * CONCURRENCY);
  const stopped = worker.stop(0);
  passTime();
  await stopped;
});
