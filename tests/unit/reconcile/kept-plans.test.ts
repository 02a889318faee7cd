import { Unavailable } from "../../../src/core/errors.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { createKeptPlans } from "../../../src/reconcile/compare/kept-plans.ts";
import { PlanGone, type PlanQuery } from "../../../src/reconcile/compare/plan-items.ts";
import type { WholePlan } from "../../../src/reconcile/compare/whole-plan.ts";

/* Pages of a plan come from one plan. Only a plan that is gone is made again. */

let made: number;
let told: string[];
let failure: Error | undefined;

const planNumber = (n: number): WholePlan => ({
  summary: { create: n } as WholePlan["summary"],
  advice: [],
  items: async () => {
    if (failure && n === 1) throw failure;
    return { items: [] };
  },
  close: async () => undefined,
});
const note = (_fields: object, message: string) => void told.push(message);
const logger = { debug: note, info: note, warn: note, error: note } as unknown as Logger;
const open = () =>
  createKeptPlans({
    make: async () => planNumber(++made),
    clock: { monotonicMs: () => 0 },
    logger,
    target: "dingtalk",
  });
const later: PlanQuery = { after: "user:1", count: 2 };

beforeEach(() => {
  made = 0;
  told = [];
  failure = undefined;
});

test("a later page comes from the same plan", async () => {
  const desk = open();
  await desk.page("sync", { count: 2 });
  expect((await desk.page("sync", later)).summary.create).toBe(1);
  expect(told).toEqual([]);
});

test("a plan whose session has ended is made again, and the log says so", async () => {
  const desk = open();
  await desk.page("sync", { count: 2 });
  failure = new PlanGone("the session of the plan has ended");
  expect((await desk.page("sync", later)).summary.create).toBe(2);
  expect(told).toEqual([expect.stringContaining("made again")]);
});

test.each([
  ["the database does not answer", new Unavailable("the database does not answer")],
  ["a bug of ours", new TypeError("cannot read properties of undefined")],
])("another failure is the answer, and the plan stays: %s", async (_name, error) => {
  const desk = open();
  await desk.page("sync", { count: 2 });
  failure = error;
  await expect(desk.page("sync", later)).rejects.toBe(error);
  failure = undefined;
  expect((await desk.page("sync", later)).summary.create).toBe(1);
  expect(made).toBe(1);
});
