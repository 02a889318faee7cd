import type { Plan } from "./plan.ts";
import type { LoopReason } from "./reasons.ts";

/** `observe`: nothing is sent. `upsert`: nothing is removed or suspended. `sync`: everything is sent. */
export const SYNC_MODES = ["observe", "upsert", "sync"] as const;

export type SyncMode = (typeof SYNC_MODES)[number];

export type Verdict =
  | { readonly allow: true }
  | {
      readonly allow: false;
      readonly reasonCode: LoopReason;
      readonly reason: string;
      readonly remedy: string;
    };

const REMOVALS: ReadonlySet<Plan["action"]> = new Set(["remove", "suspend"]);

/** Whether a plan may be carried out now. Pure. A refused plan is shown to operators and not sent. */
export function policy(plan: Plan, mode: SyncMode): Verdict {
  if (plan.action === "none" || mode === "sync") return { allow: true };
  if (mode === "observe") {
    return {
      allow: false,
      reasonCode: "modeObserve",
      reason: `mode is observe: ${plan.action} was planned, not sent`,
      remedy:
        "raise the mode to upsert or sync when the plan is right (dingtalk-scim mode, at most SYNC_MODE)",
    };
  }
  if (!REMOVALS.has(plan.action)) return { allow: true };
  return {
    allow: false,
    reasonCode: "modeUpsert",
    reason: `mode is upsert: ${plan.action} was planned, not sent`,
    remedy: "raise the mode to sync to let leavers be removed (dingtalk-scim mode, at most SYNC_MODE)",
  };
}
