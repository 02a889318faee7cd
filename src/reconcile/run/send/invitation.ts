import type { Invitation } from "../../facts.ts";
import type { Plan } from "../../plan.ts";
import type { LinkChange } from "../../ports.ts";
import type { TargetPending } from "../../target-failures.ts";
import type { Attributes } from "../../target-values.ts";
import type { RunEnd } from "../end/run-end.ts";

/**
 * An invitation seems to be valid for seven days (docs/dingtalk.md 5.1 says nothing). One hour is added for
 * clock differences.
 */
const OPEN_MS = 7 * 86_400_000 + 3_600_000;

/**
 * The end of a run for an invited person who is not at the target. Undefined: the run continues, either
 * because a new value needs another invitation, or because an unwanted invitation has expired. Pure.
 */
export function whileInvited(
  invitation: Invitation | undefined,
  next: Plan,
  now: Date,
): { readonly end: RunEnd; readonly link: LinkChange } | undefined {
  if (!invitation) return undefined;
  const leftMs = Date.parse(invitation.at) + OPEN_MS - now.getTime();
  const leaves = next.action === "none";
  if (leftMs > 0) {
    if (next.action === "create" && next.attributes[invitation.attribute] !== invitation.value)
      return undefined;
    return {
      end: { kind: "invited", leaves, leftMs, remedy: leaves ? WITHDRAW : invitation.remedy },
      link: { kind: "keep" },
    };
  }
  if (leaves || invitation.ended) return undefined;
  return {
    end: {
      kind: "parked",
      reasonCode: "invitationRunOut",
      reason: "the invitation has run out, and the person has not accepted it",
      remedy: INVITE_AGAIN,
    },
    link: { kind: "invitation", invitation: { ...invitation, ended: true } },
  };
}

export const invitationOf = (
  { attribute, remedy }: TargetPending,
  sent: Attributes,
  at: Date,
): Invitation => ({
  at: at.toISOString(),
  attribute,
  value: sent[attribute] ?? null,
  remedy,
});

const WITHDRAW =
  "withdraw the invitation in DingTalk: Contacts › Member invitations; who accepts it is removed";
const INVITE_AGAIN = "retry to send another invitation, and tell the person";
