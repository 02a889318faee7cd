import type { EntityRef } from "../core/entity.ts";
import { type Desired, type Plan, plan } from "./plan.ts";
import type { Actual, Attributes, Note, TargetAdapter } from "./target.ts";

/** The plan for what the target can hold of what is desired, with notes about the rest. Pure, as `shape` is. */
export function shapedPlan(
  target: Pick<TargetAdapter, "shape">,
  ref: EntityRef,
  desired: Desired,
  actual: Actual | undefined,
): { readonly shaped: Attributes; readonly next: Plan; readonly notes: readonly Note[] } {
  if (desired.state === "absent") return { shaped: {}, next: plan(desired, actual), notes: [] };
  const { attributes, notes } = target.shape(ref.kind, desired.attributes, actual);
  const next = plan({ ...desired, attributes }, actual);
  return { shaped: attributes, next, notes: desired.state === "present" ? [...desired.notes, ...notes] : notes };
}
