import type { Clock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { startWhenChecked } from "../../../src/reconcile/process/loop-start.ts";

/** A clock whose sleeps end when the test says so, or when they are aborted. */
function handClock() {
  let wake = () => {};
  const clock: Clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  return { clock, wake: () => wake() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function begin(outcomes: readonly ("fails" | "passes" | "waits")[]) {
  const { clock, wake } = handClock();
  let checks = 0;
  let starts = 0;
  const check = async (signal: AbortSignal): Promise<void> => {
    const outcome = outcomes[checks++];
    if (outcome === "fails") throw new Error("the database does not answer");
    if (outcome === "waits")
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  const start = startWhenChecked({ check, start: () => starts++, clock, logger: silentLogger });
  return { ...start, wake, counts: () => ({ checks, starts }) };
}

test("a check that cannot be made is made again until it can, and tells meanwhile", async () => {
  const loop = begin(["fails", "fails", "passes"]);
  for (const checks of [1, 2]) {
    await turn();
    expect(loop.counts()).toEqual({ checks, starts: 0 });
    expect(loop.assertPossible).toThrow("the loop has not started");
    loop.wake();
  }
  await turn();
  expect(loop.counts()).toEqual({ checks: 3, starts: 1 });
  expect(loop.assertPossible).not.toThrow();
  await loop.stop();
});

test("a check that goes on, as for a target that is not ready, is no failure", async () => {
  const loop = begin(["waits"]);
  await turn();
  expect(loop.assertPossible).not.toThrow();
  await loop.stop();
  expect(loop.counts()).toEqual({ checks: 1, starts: 0 });
});

test("stopped between two checks, nothing begins any more", async () => {
  const loop = begin(["fails", "passes"]);
  await turn();
  await loop.stop();
  loop.wake();
  await turn();
  expect(loop.counts()).toEqual({ checks: 1, starts: 0 });
});
