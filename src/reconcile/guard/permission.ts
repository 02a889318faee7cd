import type { EntityRef } from "../../core/entity.ts";
import type { PersonInput } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { TargetAdapter } from "../target.ts";

/**
 * Whether the policy allows writes for a person: by the scope of the pilot, for leavers by the list of
 * protected people, and for all others by the domains of their addresses. Pure. `input` undefined: the
 * directory has no such person, so the person is in no pilot.
 */
export function permission(
  policy: Pick<Policy, "isPilot" | "inScope" | "isProtected" | "isAddressAllowed">,
  { kind }: EntityRef,
  plan: Exclude<Plan, { action: "none" }>,
  {
    input,
    target,
  }: { readonly input: PersonInput | undefined; readonly target: Pick<TargetAdapter, "addresses"> },
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
  if (
    leaves &&
    policy.isProtected({ remoteId: plan.actual.remoteId, attributes: plan.actual.attributes, input })
  ) {
    return {
      allow: false,
      reasonCode: "protectedPerson",
      reason: `the policy protects the person: ${plan.action} was planned, not sent`,
      remedy: "remove the person in DingTalk by hand, or take them out of protect in POLICY_FILE",
    };
  }
  if (privateAddresses(policy, plan, target).length > 0) {
    return {
      allow: false,
      reasonCode: "privateAddress",
      reason: `an e-mail address of the person is of no domain of the organisation: ${plan.action} was planned, not sent`,
      remedy:
        "give the person an address of the organisation at the source, or add the domain to accounts.domains in POLICY_FILE",
    };
  }
  return { allow: true };
}

/** Checks only the written addresses. An address that is already at the target is not our change. */
function privateAddresses(
  { isAddressAllowed }: Pick<Policy, "isAddressAllowed">,
  plan: Exclude<Plan, { action: "none" }>,
  target: Pick<TargetAdapter, "addresses">,
): readonly string[] {
  const written =
    plan.action === "create" ? plan.attributes : plan.action === "update" ? plan.set : undefined;
  if (!isAddressAllowed || !written) return [];
  return (target.addresses?.(written) ?? []).filter((address) => !isAddressAllowed(address));
}
