import type { EntityRef } from "../../../core/entity.ts";
import { type Desired, type Plan, plan, sameValue } from "../../plan.ts";
import type { TargetAdapter } from "../../target.ts";
import type { Actual, Attributes, AttributeValue, Note } from "../../target-values.ts";
import type { OpenRefusal } from "./refusals.ts";

export interface ShapedPlan {
  readonly shaped: Attributes;
  readonly next: Plan;
  readonly notes: readonly Note[];
  /** Refusals that affect the present desired state. */
  readonly open: readonly OpenRefusal[];
}

/**
 * The plan for desired values that the target can hold and has not refused. All others become notes. Pure.
 */
export function normalizedPlan(
  target: Pick<TargetAdapter, "normalize" | "freeing">,
  ref: EntityRef,
  desired: Desired,
  actual: Actual | undefined,
  refused: readonly OpenRefusal[] = [],
): ShapedPlan {
  if (desired.state === "absent" || desired.state === "kept") {
    // A person who was removed for another's sake keeps that note.
    return {
      shaped: {},
      next: plan(desired, actual),
      notes: [],
      open: refused.filter(({ letGo }) => letGo === "forGood"),
    };
  }
  const { attributes, notes } = target.normalize(ref.kind, desired.attributes, actual);
  // For a person who is not at the target, all values are sent again.
  const open = actual
    ? refused.filter((one) => isOffered(attributes[one.attribute], one.value) || isStillHeld(actual, one))
    : [];
  const next = plan({ ...desired, attributes: withoutOpen(target, ref, attributes, open) }, actual);
  return {
    shaped: attributes,
    next,
    notes: desired.state === "present" ? [...desired.notes, ...notes] : notes,
    open,
  };
}

const isOffered = (requested: AttributeValue | undefined, refused: AttributeValue): boolean =>
  requested !== undefined && sameValue(requested, refused);

/**
 * A value that a leaver gives up and still has. Only a part of the values of a disabled account is desired.
 */
const isStillHeld = ({ attributes }: Actual, { attribute, value, letGo }: OpenRefusal): boolean =>
  letGo === "forGood" &&
  String(attributes[attribute] ?? "").toLowerCase() === String(value ?? "").toLowerCase();

function withoutOpen(
  target: Pick<TargetAdapter, "freeing">,
  ref: EntityRef,
  attributes: Attributes,
  open: readonly OpenRefusal[],
): Attributes {
  const left: Record<string, AttributeValue> = { ...attributes };
  for (const { attribute, letGo } of open) {
    const instead = letGo === "first" || letGo === "forGood" ? target.freeing(ref, attribute) : undefined;
    if (instead === undefined) delete left[attribute];
    else left[attribute] = instead;
  }
  return left;
}
