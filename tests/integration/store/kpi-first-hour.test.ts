import { HOUR_MS, MINUTE_MS } from "../../../src/kpis/periods.ts";
import { createKpiStore } from "../../../src/store/kpis/kpis.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";

let env: TestEnvironment;
beforeAll(async () => {
  env = await openTestEnvironment();
});
afterAll(() => env.close());

test("nothing is measured in the first hour of an installation, and from the second on once an hour", async () => {
  const begin = new Date("2026-11-30T10:05:00Z").getTime();
  const kpis = createKpiStore(env.pool, "dingtalk", async () => ({
    people: { active: 3, present: 2, accurate: 1 },
    calls: [{ count: 40 }],
  }));
  const measuredAfter = async (minutes: number): Promise<number> => {
    await kpis.rollUp({
      now: new Date(begin + minutes * MINUTE_MS),
      leaverMinutes: 60,
      attributes: ["name"],
    });
    return (await kpis.hours(new Date(begin - HOUR_MS))).filter(({ figures }) => figures.measured).length;
  };
  const after = [0, 1, 54, 56, 57, 120];
  const found: number[] = [];
  for (const minutes of after) found.push(await measuredAfter(minutes));
  expect(found).toEqual([0, 0, 0, 1, 1, 2]);
});
