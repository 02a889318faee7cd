import type { Clock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { type Ending, endInOrder } from "../../../src/process/ending.ts";

/** Time passes only by sleeping, and a sleep is over at once when nothing else happens first. */
function quickClock(): Clock {
  let ms = 0;
  return {
    now: () => new Date(ms),
    monotonicMs: () => ms,
    sleep: (wanted, signal) =>
      new Promise((resolve, reject) => {
        const timer = setImmediate(() =>
          setImmediate(() => {
            ms += wanted;
            resolve();
          }),
        );
        signal?.addEventListener("abort", () => {
          clearImmediate(timer);
          reject(signal.reason);
        });
      }),
  };
}

type Way = "ends" | "fails" | "hangs";

type Part = readonly [name: string, way: Way, mostMs: number, leastMs: number];

const ended = (parts: readonly Part[]) => endedStages(parts.map((part) => [part]));

async function endedStages(stages: readonly (readonly Part[])[]) {
  const clock = quickClock();
  const order: string[] = [];
  const graces: Record<string, number> = {};
  const begun = stages.map((parts) =>
    parts.map(
      ([name, way, mostMs, leastMs]): Ending => ({
        name,
        mostMs,
        leastMs,
        end: async (graceMs) => {
          order.push(name);
          graces[name] = graceMs;
          if (way === "fails") throw new Error("no");
          if (way === "hangs") await new Promise(() => {});
        },
      }),
    ),
  );
  await endInOrder(begun, clock, silentLogger);
  return { order, graces, tookMs: clock.monotonicMs() };
}

test("what began last ends first, and a failure keeps nothing from being ended", async () => {
  const { order } = await ended([
    ["database", "ends", 20_000, 7_000],
    ["connections", "fails", 4_000, 3_000],
    ["loop", "ends", 11_000, 10_000],
  ]);
  expect(order).toEqual(["loop", "connections", "database"]);
});

test("what hangs is left behind, within 23 seconds for all, and the last still gets its time", async () => {
  const { order, graces, tookMs } = await ended([
    ["database", "hangs", 20_000, 7_000],
    ["connections", "hangs", 4_000, 3_000],
    ["sandbox", "hangs", 2_000, 1_000],
    ["loop", "hangs", 11_500, 10_000],
  ]);
  expect(order).toEqual(["loop", "sandbox", "connections", "database"]);
  expect(graces["database"]).toBeGreaterThanOrEqual(7_000);
  expect(tookMs).toBeLessThanOrEqual(23_000);
});

test("whoever is quick leaves the time to the others", async () => {
  const { graces } = await ended([
    ["database", "ends", 20_000, 7_000],
    ["loop", "ends", 11_500, 10_000],
  ]);
  expect(graces).toEqual({ loop: 11_500, database: 20_000 });
});

test("what is of one stage ends at the same time, each within its own time, and what is below comes after all of them", async () => {
  const { order, graces } = await endedStages([
    [["database", "ends", 20_000, 7_000]],
    [
      ["loop", "hangs", 11_500, 10_000],
      ["requests", "ends", 11_500, 10_000],
      ["alerts", "fails", 2_000, 500],
    ],
  ]);
  expect(order).toEqual(["loop", "requests", "alerts", "database"]);
  expect(graces).toEqual({ loop: 11_500, requests: 11_500, alerts: 2_000, database: 11_500 });
});
