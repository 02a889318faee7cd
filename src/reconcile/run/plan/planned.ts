import type { EntityRef } from "../../../core/entity.ts";
import type { DesiredResult } from "../../desired/result.ts";
import { type Desired, sameValue } from "../../plan.ts";
import type { LinkChange, ReconcileStore } from "../../ports.ts";
import type { LoopNote } from "../../reasons.ts";
import type { TargetAdapter } from "../../target.ts";
import type { Actual, Note } from "../../target-values.ts";
import type { RunEnd } from "../end/run-end.ts";
import { whileInvited } from "../send/invitation.ts";
import { normalizedPlan, type ShapedPlan } from "./normalized-plan.ts";
import type { Refusals } from "./refusal.ts";
import { sparing, stillOpen } from "./refusals.ts";

export interface PlannedDeps {
  readonly store: Pick<ReconcileStore, "holder" | "asked">;
  readonly target: Pick<TargetAdapter, "normalize" | "freeing" | "identifying">;
}

export interface Planned extends ShapedPlan {
  /** The end of a run that does nothing because an invitation is open or expired. */
  readonly invited: { readonly end: RunEnd; readonly link: LinkChange } | undefined;
}

/** The plan from desired and actual state, without values that the target still refuses. Writes nothing. */
export async function planned(
  { store, target }: PlannedDeps,
  ref: EntityRef,
  resolved: Extract<DesiredResult, { kind: "desired" }>,
  {
    actual,
    refused,
    now,
  }: { readonly actual: Actual | undefined; readonly refused: Refusals | undefined; readonly now: Date },
): Promise<Planned> {
  const remembered = [
    ...(await sparing(store, ref, await stillOpen(store, ref, refused))),
    ...(resolved.gives ?? []),
  ];
  const kept = resolved.link?.adopted?.fresh && ref.kind === "user" ? (target.identifying ?? []) : [];
  const shaped = keeping(
    kept,
    normalizedPlan(target, ref, withoutOverwriting(kept, resolved.desired), actual, remembered),
    actual,
  );
  return {
    ...shaped,
    invited: actual ? undefined : whileInvited(resolved.link?.invitation, shaped.next, now),
  };
}

/**
 * Identifying and sign-in attributes of a newly adopted person are not changed. So a wrong link can be undone
 * without harm.
 */
const withoutOverwriting = (names: readonly string[], desired: Desired): Desired =>
  desired.state === "present" && names.length > 0
    ? {
        ...desired,
        when: {
          ...desired.when,
          ...Object.fromEntries(names.map((name) => [name, "neverOverwrite" as const])),
        },
      }
    : desired;

function keeping(names: readonly string[], plan: ShapedPlan, actual: Actual | undefined): ShapedPlan {
  const kept = names.filter((name) => {
    const [wanted, there] = [plan.shaped[name], actual?.attributes[name]];
    return wanted !== undefined && (there ?? null) !== null && there !== "" && !sameValue(wanted, there);
  });
  return kept.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...kept.map(keptOnAdoption)] };
}

const keptOnAdoption = (attribute: string): Note => ({
  attribute,
  code: "keptOnAdoption" satisfies LoopNote,
  text: "kept as it was for now, as this person was linked just before; the next change, retry or comparison brings it in line",
});
