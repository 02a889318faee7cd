import type { EntityRef } from "../../core/entity.ts";
import type { PersonInput } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";

/**
 * Whether the policy lets a person be written at all: by the pilot's scope, and for those who leave by the list of protected people. Pure.
 * `input`: undefined when the directory has no such person any more, who is then in no pilot.
 */
export function permission(
  policy: Pick<Policy, "isPilot" | "inScope" | "isProtected">,
  { kind }: EntityRef,
  plan: Exclude<Plan, { action: "none" }>,
  input: PersonInput | undefined,
): Verdict {
  if (kind !== "user") return { allow: true };
  if (policy.isPilot && !(input && policy.inScope(input))) {
    return {
      allow: false,
      reasonCode: "outsidePilot",
      reason: `the person is outside the pilot of the policy: ${plan.action} was planned, not sent`,
      remedy: "widen scope in POLICY_FILE when the pilot is over",
    };
  }
  const leaves = plan.action === "remove" || plan.action === "suspend";
  if (leaves && policy.isProtected({ remoteId: plan.actual.remoteId, attributes: plan.actual.attributes, input })) {
    return {
      allow: false,
      reasonCode: "protectedPerson",
      reason: `the policy protects the person: ${plan.action} was planned, not sent`,
      remedy: "remove the person in DingTalk by hand, or take them out of protect in POLICY_FILE",
    };
  }
  return { allow: true };
}
