import type { HourFigures } from "../../../src/kpis/hour.ts";
import { GROWTH, latencyOf } from "../../../src/kpis/latency.ts";
import { HOUR_MS, weekOf } from "../../../src/kpis/periods.ts";
import { lastDayOf, weeksOf } from "../../../src/kpis/weeks.ts";

const TARGETS = { latencySeconds: 45, leaverMinutes: 60 };
const NOW = new Date("2026-11-25T10:20:00Z");
const nothing: HourFigures = {
  latency: {},
  changes: 0,
  leavers: { total: 0, inTime: 0 },
  interventions: {},
  handSeconds: 0,
};
const hour = (from: string, figures: Partial<HourFigures>) => ({
  from: new Date(from),
  figures: { ...nothing, ...figures },
});
const bucket = (seconds: number): number => Math.ceil(Math.log(seconds * 1_000) / Math.log(GROWTH));

test.each([
  ["2026-11-23T00:00:00Z", "2026-11-23T00:00:00.000Z"],
  ["2026-11-22T23:59:59.999Z", "2026-11-16T00:00:00.000Z"],
  ["2026-11-29T12:00:00Z", "2026-11-23T00:00:00.000Z"],
])("the week of %s begins on Monday", (at, week) => expect(weekOf(new Date(at)).toISOString()).toBe(week));

test("percentiles are at most 2 % too high, and never too low", () => {
  const seconds = Array.from({ length: 1_000 }, (_each, at) => (at + 1) / 7);
  const counts: Record<string, number> = {};
  for (const each of seconds) counts[bucket(each)] = (counts[bucket(each)] ?? 0) + 1;
  const { p50, p95, p99, count, withinTarget, histogram } = latencyOf(counts, 45);
  for (const [told, exact] of [
    [p50, seconds[499]],
    [p95, seconds[949]],
    [p99, seconds[989]],
  ] as const) {
    expect(told!).toBeGreaterThanOrEqual(exact! - 0.001);
    expect(told!).toBeLessThanOrEqual(exact! * GROWTH + 0.001);
  }
  expect(count).toBe(1_000);
  expect(withinTarget!).toBeCloseTo(0.32, 2);
  expect(histogram.reduce((sum, each) => sum + each.count, 0)).toBe(1_000);
  expect(latencyOf({}, 45)).toMatchObject({ p50: undefined, count: 0, withinTarget: undefined });
});

test("weeks add up their hours; a share is that of all measurements", () => {
  const hours = [
    hour("2026-11-17T08:00:00Z", {
      changes: 4,
      leavers: { total: 2, inTime: 1 },
      interventions: { "operator.retry": 2 },
      handSeconds: 200,
      measured: { active: 100, present: 100, accurate: 90, right: { title: 95 }, calls: 10 },
    }),
    hour("2026-11-18T08:00:00Z", {
      changes: 6,
      interventions: { "operator.retry": 1, "hold.approved": 1 },
      handSeconds: 400,
      measured: { active: 300, present: 270, accurate: 270, right: { title: 300, email: 150 }, calls: 30 },
    }),
  ];
  const [before, last, current] = weeksOf(hours, NOW, 3, TARGETS);
  expect(before).toMatchObject({
    from: new Date("2026-11-09T00:00:00Z"),
    accuracy: undefined,
    changes: 0,
    attributes: {},
  });
  expect(last).toMatchObject({
    accuracy: 0.9,
    coverage: 0.925,
    attributes: { email: 0.5, title: 0.9875 },
    leavers: { total: 2, inTime: 1 },
    changes: 10,
    interventions: 4,
    byIntervention: { "operator.retry": 3, "hold.approved": 1 },
    minutes: 10,
    minutesSaved: 20,
  });
  expect(current).toMatchObject({ from: new Date("2026-11-23T00:00:00Z"), accuracy: undefined });
});

test("the last day has its hours only, and calls since its first measurement", () => {
  const measured = (calls: number) => ({
    measured: { active: 1, present: 1, accurate: 1, right: {}, calls },
  });
  const at = (hoursAgo: number) => new Date(NOW.getTime() - hoursAgo * HOUR_MS).toISOString();
  const hours = [
    hour(at(30), { latency: { 500: 7 }, ...measured(1) }),
    hour(at(20), { latency: { 400: 3 }, ...measured(40) }),
    hour(at(1), { latency: { 400: 1 }, ...measured(60) }),
  ];
  expect(lastDayOf(hours, NOW, 65, TARGETS)).toMatchObject({
    latency: { count: 4 },
    calls: 25,
    callsSince: new Date(at(20)),
  });
  expect(lastDayOf(hours, NOW, 3, TARGETS).calls).toBe(0);
  expect(lastDayOf([], NOW, 3, TARGETS).calls).toBeUndefined();
});

test("an installation younger than a day counts all its calls, whenever it was measured first", () => {
  const at = (hoursAgo: number) => new Date(NOW.getTime() - hoursAgo * HOUR_MS).toISOString();
  const measured = { measured: { active: 1, present: 1, accurate: 1, right: {}, calls: 60 } };
  const since = { calls: 65, callsSince: new Date(at(3)) };
  expect(lastDayOf([hour(at(3), {})], NOW, 65, TARGETS)).toMatchObject(since);
  expect(lastDayOf([hour(at(3), measured)], NOW, 65, TARGETS)).toMatchObject(since);
  expect(lastDayOf([hour(at(3), {}), hour(at(1), measured)], NOW, 65, TARGETS)).toMatchObject(since);
});
