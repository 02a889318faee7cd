import type { Plan } from "../../../src/reconcile/plan.ts";
import { policy, type SyncMode } from "../../../src/reconcile/policy.ts";
import type { Actual } from "../../../src/reconcile/target-values.ts";

const actual: Actual = { remoteId: "r1", attributes: {}, presence: "active" };
const PLANS: Record<Plan["action"], Plan> = {
  none: { action: "none" },
  create: { action: "create", attributes: {} },
  update: { action: "update", actual, set: {} },
  remove: { action: "remove", actual },
  suspend: { action: "suspend", actual },
  resume: { action: "resume", actual },
};

test.each<[SyncMode, Plan["action"][]]>([
  ["observe", ["none"]],
  ["upsert", ["none", "create", "update", "resume"]],
  ["sync", ["none", "create", "update", "remove", "suspend", "resume"]],
])("in mode %s goes through: %j", (mode, expected) => {
  const allowed = Object.values(PLANS).filter((plan) => policy(plan, mode).allow);
  expect(allowed.map((plan) => plan.action)).toEqual(expected);
});

test.each<[SyncMode, Plan["action"], string]>([
  ["observe", "create", "modeObserve"],
  ["upsert", "remove", "modeUpsert"],
])("what %s holds says what was planned and what to do", (mode, action, reasonCode) => {
  expect(policy(PLANS[action], mode)).toEqual({
    allow: false,
    reasonCode,
    reason: `mode is ${mode}: ${action} was planned, not sent`,
    remedy: expect.stringContaining("SYNC_MODE"),
  });
});
