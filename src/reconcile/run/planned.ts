import type { EntityRef } from "../../core/entity.ts";
import type { DesiredResult } from "../desired/result.ts";
import type { LinkChange, ReconcileStore } from "../ports.ts";
import type { Actual, TargetAdapter } from "../target.ts";
import { whileInvited } from "./invitation.ts";
import type { RunEnd } from "./next-state.ts";
import { normalizedPlan, type ShapedPlan } from "./normalized-plan.ts";
import type { Refusals } from "./refusal.ts";
import { sparing, stillOpen } from "./refusals.ts";

export interface PlannedDeps {
  readonly store: Pick<ReconcileStore, "holder" | "asked">;
  readonly target: Pick<TargetAdapter, "normalize" | "freeing">;
}

export interface Planned extends ShapedPlan {
  /** How it ends when nothing is done because an invitation is open, or has run out. */
  readonly invited: { readonly end: RunEnd; readonly link: LinkChange } | undefined;
}

/** What follows from a desired state and from what is there: the plan, without the values that the target has refused and still refuses. Writes nothing. */
export async function planned(
  { store, target }: PlannedDeps,
  ref: EntityRef,
  resolved: Extract<DesiredResult, { kind: "desired" }>,
  { actual, refused, now }: { readonly actual: Actual | undefined; readonly refused: Refusals | undefined; readonly now: Date },
): Promise<Planned> {
  const remembered = [...(await sparing(store, ref, await stillOpen(store, ref, refused))), ...(resolved.gives ?? [])];
  const shaped = normalizedPlan(target, ref, resolved.desired, actual, remembered);
  return { ...shaped, invited: actual ? undefined : whileInvited(resolved.link?.invitation, shaped.next, now) };
}
