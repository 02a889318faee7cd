import fc from "fast-check";
import { createRateWindow } from "../../../../src/targets/dingtalk/client/rate-window.ts";

const RATE = 20;
/** As the limiter lets them leave: a little below the rate, evenly (store/target/limiter.ts). */
const APART_MS = 1_000 / (0.963 * RATE);

interface Way {
  /** Until a call arrives, and from there until its answer is back. */
  readonly thereMs: number;
  readonly backMs: number;
}

interface Road {
  /** Their clock minus ours. */
  readonly offsetMs: number;
  way(n: number): Way;
}

/**
 * Calls over `seconds`, as they arrive in each second of the far clock once it is known; `held`: whether
 * calls are held back at all.
 */
function travel({ offsetMs, way }: Road, seconds: number, held = true): readonly number[] {
  const rateWindow = createRateWindow();
  const answers: { readonly receivedMs: number; readonly sentMs: number; readonly dateMs: number }[] = [];
  const arrivals = new Map<number, number>();
  for (let n = 0; n * APART_MS < seconds * 1_000; n++) {
    const readyMs = n * APART_MS;
    answers.sort((a, b) => a.receivedMs - b.receivedMs);
    while (answers[0] && answers[0].receivedMs <= readyMs) rateWindow.observe(answers.shift()!);
    const sentMs = readyMs + (held ? rateWindow.holdMs(readyMs) : 0);
    const { thereMs, backMs } = way(n);
    const second = Math.floor((sentMs + thereMs + offsetMs) / 1_000);
    arrivals.set(second, (arrivals.get(second) ?? 0) + 1);
    const dateMs = Math.floor((sentMs + thereMs + offsetMs) / 1_000) * 1_000;
    answers.push({ sentMs, receivedMs: sentMs + thereMs + backMs, dateMs });
  }
  const first = Math.floor(offsetMs / 1_000);
  // Until enough is known, and the last second, which is not whole.
  return [...arrivals]
    .filter(([second]) => second > first + 15 && second < first + seconds - 1)
    .map(([, count]) => count);
}

/** Between 50 and 500 ms there and back, in parts that differ as well; the same for a seed. */
const uneven =
  (seed: number) =>
  (n: number): Way => {
    const part = (salt: number): number => {
      const x = Math.sin((n + 1) * 12.9898 + salt * 78.233 + seed) * 43_758.5453;
      return x - Math.floor(x);
    };
    const wholeMs = 50 + 450 * part(1);
    const thereMs = wholeMs * part(2);
    return { thereMs, backMs: wholeMs - thereMs };
  };

test("without it, ways of 50 to 500 ms bring too many calls into some seconds", () => {
  expect(Math.max(...travel({ offsetMs: 1_234, way: uneven(1) }, 60, false))).toBeGreaterThan(RATE);
});

test("however long ways are within half a second, and whatever the clocks say, no second gets more calls than allowed, and none is lost", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -10_000, max: 10_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      (offsetMs, seed) => {
        const counts = travel({ offsetMs, way: uneven(seed) }, 60);
        expect(Math.max(...counts)).toBeLessThanOrEqual(RATE);
        expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeGreaterThan(0.95 * RATE);
      },
    ),
    { numRuns: 20 },
  );
});

describe("a call is not held back", () => {
  const known = (wholeMs: (n: number) => number): ReturnType<typeof createRateWindow> => {
    const rateWindow = createRateWindow();
    for (let n = 0; n < 200; n++) {
      const sentMs = n * APART_MS;
      const dateMs = Math.floor((sentMs + wholeMs(n) / 2) / 1_000) * 1_000;
      rateWindow.observe({ sentMs, receivedMs: sentMs + wholeMs(n), dateMs });
    }
    return rateWindow;
  };
  const holds = (rateWindow: ReturnType<typeof createRateWindow>): boolean =>
    Array.from({ length: 100 }, (_, n) => rateWindow.holdMs(200 * APART_MS + 10 * n)).some((ms) => ms > 0);

  test("while ways take equally long", () => expect(holds(known(() => 400))).toBe(false));
  test("because a few of many took longer", () =>
    expect(holds(known((n) => (n % 20 === 0 ? 400 : 50 + (n % 7))))).toBe(false));
  test("when some are so long that no part of a second is safe", () =>
    expect(holds(known((n) => (n % 2 ? 50 : 900)))).toBe(false));
  test("before enough is known", () => expect(createRateWindow().holdMs(0)).toBe(0));
  test("otherwise it is, for less than a second", () => {
    const rateWindow = known((n) => (n % 2 ? 50 : 500));
    expect(holds(rateWindow)).toBe(true);
    for (let n = 0; n < 1_000; n++) expect(rateWindow.holdMs(200 * APART_MS + n)).toBeLessThan(1_000);
  });
});

test("when a clock is set, what was known is forgotten and learned anew", () => {
  const rateWindow = createRateWindow();
  const feed = (from: number, to: number, offsetMs: number): void => {
    for (let n = from; n < to; n++) {
      const sentMs = n * APART_MS;
      const wholeMs = n % 2 ? 20 : 220;
      rateWindow.observe({
        sentMs,
        receivedMs: sentMs + wholeMs,
        dateMs: Math.floor((sentMs + offsetMs + wholeMs / 2) / 1_000) * 1_000,
      });
    }
  };
  feed(0, 300, 0);
  feed(300, 700, 7_400);
  // A second of theirs begins at 600 of ours now: shortly before, a call waits; shortly after, it leaves.
  const begins = Math.ceil((700 * APART_MS + 7_400) / 1_000) * 1_000 - 7_400;
  expect(rateWindow.holdMs(begins - 50)).toBeGreaterThan(0);
  expect(rateWindow.holdMs(begins + 200)).toBe(0);
});
