import { systemClock } from "../../../src/core/clock.ts";
import { createAttemptLimit, createClientLimit } from "../../../src/http/limits.ts";

function movingClock() {
  let nowMs = 0;
  return {
    clock: { ...systemClock, monotonicMs: () => nowMs },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

const takeAll = (take: () => number, times: number): number => Array.from({ length: times }, take).filter((waitMs) => waitMs === 0).length;

test("a client gets twice its rate at once, then its rate", () => {
  const { clock, advance } = movingClock();
  const limit = createClientLimit(50, clock);
  const take = () => limit.take("entra");
  expect(takeAll(take, 200)).toBe(100);
  advance(1_000);
  expect(takeAll(take, 200)).toBe(50);
  advance(60_000);
  expect(takeAll(take, 200)).toBe(100);
});

test("over a minute of steady pressure no more than the rate and one burst pass", () => {
  const { clock, advance } = movingClock();
  const limit = createClientLimit(50, clock);
  let passed = 0;
  for (let ms = 0; ms < 60_000; ms += 10) {
    passed += takeAll(() => limit.take("entra"), 1);
    advance(10);
  }
  expect(passed).toBeGreaterThanOrEqual(60 * 50);
  expect(passed).toBeLessThanOrEqual(60 * 50 + 100);
});

test("the wait that is told is enough, and not more than needed", () => {
  const { clock, advance } = movingClock();
  const limit = createClientLimit(2, clock);
  expect(takeAll(() => limit.take("entra"), 4)).toBe(4);
  const waitMs = limit.take("entra");
  expect(waitMs).toBe(500);
  advance(waitMs);
  expect(limit.take("entra")).toBe(0);
});

test("clients do not take from each other", () => {
  const { clock } = movingClock();
  const limit = createClientLimit(1, clock);
  expect(takeAll(() => limit.take("entra"), 10)).toBe(2);
  expect(limit.take("workday")).toBe(0);
});

test("0 is no limit", () => {
  const limit = createClientLimit(0, movingClock().clock);
  expect(takeAll(() => limit.take("entra"), 10_000)).toBe(10_000);
});

test("attempts run out, say for how long, and come back when they were good", async () => {
  const limit = createAttemptLimit(3);
  const waits = await Promise.all(Array.from({ length: 5 }, () => limit.take("203.0.113.9")));
  expect(waits.map((waitMs) => waitMs > 0)).toEqual([false, false, false, true, true]);
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  expect(await limit.take("203.0.113.10")).toBe(0);

  const other = createAttemptLimit(1);
  expect(await other.take("a")).toBe(0);
  await other.giveBack("a");
  expect(await other.take("a")).toBe(0);
});
