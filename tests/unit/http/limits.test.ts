import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { systemClock } from "../../../src/core/clock.ts";
import { createTokenAttempts } from "../../../src/http/auth/oauth/token-attempts.ts";
import { createAttemptLimit } from "../../../src/http/connection/attempt-limit.ts";
import { createClientLimit } from "../../../src/http/connection/limits.ts";

/** Without garbage, which lies as long as nobody needs the room. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

function movingClock() {
  let nowMs = 0;
  return {
    clock: { ...systemClock, monotonicMs: () => nowMs },
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

const takeAll = (take: () => number, times: number): number =>
  Array.from({ length: times }, take).filter((waitMs) => waitMs === 0).length;

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

describe("attempts of strangers", () => {
  test("run out, say for how long, and come back with the next minute", () => {
    const { clock, advance } = movingClock();
    const limit = createAttemptLimit(3, clock);
    expect(Array.from({ length: 5 }, () => limit.take("203.0.113.9"))).toEqual([0, 0, 0, 60_000, 60_000]);
    expect(limit.take("203.0.113.10")).toBe(0);
    advance(59_999);
    expect(limit.take("203.0.113.9")).toBe(1);
    advance(1);
    expect(limit.take("203.0.113.9")).toBe(0);
  });

  test("come back when they were good", () => {
    const limit = createAttemptLimit(1, movingClock().clock);
    expect(limit.take("a")).toBe(0);
    limit.giveBack("a");
    expect(limit.take("a")).toBe(0);
    limit.giveBack("nobody");
    expect(takeAll(() => limit.take("nobody"), 3)).toBe(1);
  });

  test("from a million addresses take no more room than those of ten thousand, and the last ones are still counted", () => {
    const { clock } = movingClock();
    const limit = createAttemptLimit(1, clock);
    const before = heapInUse();
    for (let at = 0; at < 1_000_000; at++) limit.take(`2001:db8:${at.toString(16)}`);
    expect(heapInUse() - before).toBeLessThan(100_000_000);
    expect(limit.take(`2001:db8:${(999_999).toString(16)}`)).toBeGreaterThan(0);
  });
});

describe("attempts at the token endpoint", () => {
  const attempts = () => {
    const { clock, advance } = movingClock();
    const limit = createTokenAttempts(clock);
    return {
      advance,
      fail: (client: string, network = "203.0.113.9") => limit.take(network, client).waitMs === 0,
      limit,
    };
  };

  test("five of one client, twenty of one network, whatever ids it makes up", () => {
    const { fail, advance } = attempts();
    expect(takeAll(() => (fail("a") ? 0 : 1), 8)).toBe(5);
    let made = 0;
    expect(takeAll(() => (fail(`made-up-${made++}`) ? 0 : 1), 1_000)).toBe(12);
    expect(fail("b", "203.0.113.10")).toBe(true);
    advance(60_000);
    expect(fail("a")).toBe(true);
  });

  test("a client that got a token is not kept out by others of its network, and still has its own five", () => {
    const { fail, limit } = attempts();
    limit.take("203.0.113.9", "entra").succeeded();
    for (let at = 0; at < 100; at++) fail(`made-up-${at}`);
    expect(takeAll(() => (fail("entra") ? 0 : 1), 8)).toBe(5);
    expect(fail("workday")).toBe(false);
  });

  test("is known for a day, and from that network only", () => {
    const { fail, limit, advance } = attempts();
    limit.take("203.0.113.9", "entra").succeeded();
    for (let at = 0; at < 100; at++) fail(`made-up-${at}`, "203.0.113.10");
    expect(fail("entra", "203.0.113.10")).toBe(false);
    advance(24 * 3_600_000);
    for (let at = 0; at < 100; at++) fail(`made-up-${at}`);
    expect(fail("entra")).toBe(false);
  });

  test("success costs nothing, also of several at once; what nobody could judge neither", () => {
    const { fail, limit } = attempts();
    const begun = Array.from({ length: 5 }, () => limit.take("203.0.113.9", "entra"));
    for (const attempt of begun) attempt.succeeded();
    for (let at = 0; at < 50; at++) limit.take("203.0.113.9", `other-${at}`).giveBack();
    let made = 0;
    expect(takeAll(() => (fail(`made-up-${made++}`) ? 0 : 1), 30)).toBe(20);
  });
});
