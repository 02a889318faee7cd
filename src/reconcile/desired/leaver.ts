import type { Mapping } from "../../mapping/mapping.ts";
import type { AccountKind, LeaverRules } from "../../policy/policy.ts";
import type { Grace, PersonFacts } from "../facts.ts";

/* Whether a person should be at the target, and what happens otherwise: immediately, or after a grace. "Immediately" is a grace of length 0. */

/**
 * How the directory wants a person at the target. `member`: in all their departments; `parked`: in the one for leavers only;
 * `suspended`: there, but switched off; `kept`: there as they are, as the directory says nothing of them any more; `absent`: not there.
 */
export type LifecycleState = "member" | "parked" | "suspended" | "kept" | "absent";

export interface Lifecycle {
  readonly standing: LifecycleState;
  readonly grace?: GraceStep;
}

/** Where a leaver stands on the way out. */
export type GraceStep =
  /** It begins when they have been switched off or parked; for those who stay as they are, now. */
  | { readonly kind: "starts"; readonly account: AccountKind; readonly ms: number; readonly standing: LifecycleState }
  /** `moved`: another policy has another end. */
  | { readonly kind: "runs"; readonly until: Date; readonly moved: boolean }
  /** They are removed. `counted`: as one who was switched off or parked. */
  | { readonly kind: "over"; readonly since: Date; readonly until: Date; readonly told: boolean; readonly counted: boolean }
  /** They are to be there, or to stay for good. */
  | { readonly kind: "cancelled" };

export interface LeaverSituation {
  readonly settings: Pick<Mapping["settings"], "inactive" | "parkIn">;
  readonly rules: LeaverRules;
  /** Of the account there; undefined when none is, or when it is not known. */
  readonly account: AccountKind | undefined;
  readonly now: Date;
}

/** Without a word of the policy leavers go at once. */
export const AT_ONCE: LeaverRules = { grace: { regular: 0, enterprise: 0 }, leaver: {} };

/** Pure. Leavers who were never there are not made. */
export function lifecycleOf(person: Pick<PersonFacts, "document" | "link">, situation: LeaverSituation): Lifecycle {
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
  const standing = account === "enterprise" ? "suspended" : !document ? "kept" : settings.parkIn ? "parked" : "member";
  const grace: GraceStep = link?.grace
    ? { kind: "runs", until, moved: until.getTime() !== link.grace.until.getTime() }
    : { kind: "starts", account, ms, standing };
  return { standing, grace };
}

const over = ({ since, ended, counted }: Grace, until: Date): GraceStep => ({ kind: "over", since, until, told: ended, counted });

/** What becomes of them in the end. Accounts that can be switched off are, unless the policy says otherwise; with a grace nobody stays for good. */
function endOf(
  { document, link }: Pick<PersonFacts, "document" | "link">,
  { settings: { inactive }, rules: { grace, leaver }, account }: LeaverSituation,
): LifecycleState {
  if (!document) return "absent";
  if (document["active"] !== false) return "member";
  if (!link) return "absent";
  if (account === "enterprise")
    return (leaver.enterprise ?? (grace.enterprise > 0 ? "remove" : "disable")) === "remove" ? "absent" : "suspended";
  const regular = leaver.regular ?? (inactive === "park" && grace.regular > 0 ? "remove" : inactive);
  return regular === "keep" ? "member" : regular === "park" ? "parked" : "absent";
}
