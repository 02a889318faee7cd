import type { LifecycleState } from "../../desired/leaver.ts";
import type { Known } from "../../desired/load.ts";
import type { DesiredResult } from "../../desired/result.ts";
import type { Plan } from "../../plan.ts";
import type { Claim } from "../../ports.ts";
import type { Waiting } from "../../reasons.ts";
import type { Actual } from "../../target-values.ts";

/*
 * A run while the rules of this process are held (reconcile/rules). It may remove or disable a leaver.
 * Everything else depends on rules that nobody has approved, and waits: values and departments of people who
 * stay at the target, also of disabled ones.
 */

type Whom = Pick<Claim, "whom">;

/** A new decision marks everybody. This delay is for a start with the earlier rules, which marks nobody. */
const LOOK_MS = 60_000;

export const RULES_ARE_HELD: Waiting = {
  kind: "waiting",
  on: [],
  forMs: LOOK_MS,
  reasonCode: "rulesHeld",
  reason:
    "a changed mapping or policy is held: until somebody decides, leavers are removed or disabled, and nothing else is sent",
};

/** Whether the run has to leave the entity alone whatever the held rules say of it. Pure. */
export function waitsForRules({ whom }: Whom, known: Known): boolean {
  return whom !== undefined && !(known.kind === "user" && LEAVES.has(known.classification.standing));
}

const LEAVES: ReadonlySet<LifecycleState> = new Set(["absent", "kept", "suspended"]);

/**
 * Whether a run may write the departments of the person to the desired tree: only of a person who is not
 * wanted at all, and then they are none. Pure.
 */
export const mayPlace = ({ whom }: Whom, known: Known): boolean =>
  whom === undefined || (known.kind === "user" && known.classification.mapped === undefined);

/** The conclusion for a leaver without what the held rules say of the rest of a disabled person. Pure. */
export function onlyLeaving({ whom }: Whom, resolved: DesiredResult): DesiredResult {
  if (whom === undefined || (resolved.kind === "held" && resolved.reasonCode === "leaverUndecided"))
    return resolved;
  if (resolved.kind !== "desired") return RULES_ARE_HELD;
  const { desired } = resolved;
  if (desired.state === "absent" || desired.state === "kept") return resolved;
  return desired.state === "suspended" && Object.keys(desired.attributes).length === 0
    ? resolved
    : RULES_ARE_HELD;
}

/** Whether a plan is more than the end of access. Pure. */
export const isMore = ({ whom }: Whom, { action }: Plan, actual: Actual | undefined): boolean =>
  whom !== undefined &&
  !(action === "remove" || action === "suspend" || (action === "none" && actual?.presence !== "disabled"));
