import type { Mapping } from "../../mapping/mapping.ts";
import type { AccountKind, LeaverRules } from "../../policy/policy.ts";
import type { Grace, PersonFacts } from "../facts.ts";

/*
 * Whether a person should be at the target. If not: what happens now, and what after a grace. A removal
 * without delay is a grace of length 0.
 */

/**
 * The desired presence of a person. `member`: in all their departments. `parked`: only in the department for
 * leavers. `suspended`: present and disabled. `kept`: present and unchanged, because the directory no longer
 * has the person. `absent`: not present.
 */
export type LifecycleState = "member" | "parked" | "suspended" | "kept" | "absent";

export interface Lifecycle {
  readonly standing: LifecycleState;
  readonly grace?: GraceStep;
}

/** The step of a leaver's grace. */
export type GraceStep =
  /** The grace begins when the person has been disabled or parked; if they stay unchanged, it begins now. */
  | {
      readonly kind: "starts";
      readonly account: AccountKind;
      readonly ms: number;
      readonly standing: LifecycleState;
    }
  /** `moved`: the policy has changed, and with it the end. */
  | { readonly kind: "runs"; readonly until: Date; readonly moved: boolean }
  /**
   * The person is removed. `recorded`: the event is already recorded. `counted`: the limits counted the
   * person when the grace began.
   */
  | {
      readonly kind: "over";
      readonly since: Date;
      readonly until: Date;
      readonly recorded: boolean;
      readonly counted: boolean;
    }
  /** The person is wanted again, or stays permanently. */
  | { readonly kind: "cancelled" };

export interface LeaverSituation {
  readonly settings: Pick<Mapping["settings"], "inactive" | "parkIn">;
  readonly rules: LeaverRules;
  /** Kind of the account at the target. Undefined: there is none, or its kind is not known. */
  readonly account: AccountKind | undefined;
  readonly now: Date;
}

/** The default: leavers are removed without a grace. */
export const NO_GRACE: LeaverRules = { grace: { regular: 0, enterprise: 0 }, leaver: {} };

/** Pure. A leaver who is not at the target is not created. */
export function lifecycleOf(
  person: Pick<PersonFacts, "document" | "link">,
  situation: LeaverSituation,
): Lifecycle {
  const { document, link } = person;
  const end = endOf(person, situation);
  if (end !== "absent") return { standing: end, ...(link?.grace ? { grace: { kind: "cancelled" } } : {}) };
  const { account, rules, settings, now } = situation;
  const since = link?.grace?.since ?? now;
  const ms = account !== undefined && link?.status === "owned" ? rules.grace[account] : 0;
  const until = new Date(since.getTime() + ms);
  if (account === undefined || until <= now)
    return { standing: "absent", ...(link?.grace ? { grace: over(link.grace, ms > 0 ? until : now) } : {}) };
  // A regular account cannot be switched off.
  const standing =
    account === "enterprise" ? "suspended" : !document ? "kept" : settings.parkIn ? "parked" : "member";
  const grace: GraceStep = link?.grace
    ? { kind: "runs", until, moved: until.getTime() !== link.grace.until.getTime() }
    : { kind: "starts", account, ms, standing };
  return { standing, grace };
}

const over = ({ since, ended, counted }: Grace, until: Date): GraceStep => ({
  kind: "over",
  since,
  until,
  recorded: ended,
  counted,
});

/**
 * The final state. Accounts that can be disabled are disabled, unless the policy says otherwise. With a
 * grace, nobody stays permanently.
 */
function endOf(
  { document, link }: Pick<PersonFacts, "document" | "link">,
  { settings: { inactive }, rules: { grace, leaver }, account }: LeaverSituation,
): LifecycleState {
  if (!document) return "absent";
  if (document["active"] !== false) return "member";
  if (!link) return "absent";
  if (account === "enterprise")
    return (leaver.enterprise ?? (grace.enterprise > 0 ? "remove" : "disable")) === "remove"
      ? "absent"
      : "suspended";
  const regular = leaver.regular ?? (inactive === "park" && grace.regular > 0 ? "remove" : inactive);
  return regular === "keep" ? "member" : regular === "park" ? "parked" : "absent";
}
