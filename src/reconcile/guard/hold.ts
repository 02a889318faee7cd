import type { EntityKind, JsonObject } from "../../core/entity.ts";
import type { LoopReason } from "../reasons.ts";
import { LIMIT_NAMES } from "./limits.ts";

/* Holds: what a limit keeps back, as one thing to decide about. */

export const HOLD_STATES = ["open", "approved", "rejected", "dissolved", "expired"] as const;

export type HoldState = (typeof HOLD_STATES)[number];

/** Why a member of a hold is held. */
export const HELD_BY_LIMIT = "heldByLimit" satisfies LoopReason;

/** How long an approval counts. */
export const APPROVAL_HOURS = 1;
/** How long an open hold waits for a decision; then its members stay held until the source speaks of them again. */
export const OPEN_HOURS = 7 * 24;

/** What a hold can be for: a limit that runs spend of, or rules that would touch more than the limits (reconcile/rules/weigh.ts). */
export const HOLD_LIMITS = [...LIMIT_NAMES, "mappingChanged"] as const;

export type HoldLimit = (typeof HOLD_LIMITS)[number];

/** Whoever agreed to these agreed to each member as a whole: its other limits do not ask again. */
export const PERMITS_ALL: ReadonlySet<HoldLimit> = new Set(["mappingChanged", "sourceCollapsed"]);

export interface Hold {
  readonly id: string;
  readonly state: HoldState;
  readonly limit: HoldLimit;
  /** Members. */
  readonly count: number;
  /** How many went through in the window before the limit was reached. */
  readonly passed: number;
  /** What the limit allows, and of how many that is a share. */
  readonly allowed: number;
  readonly present: number;
  readonly windowHours: number;
  /** Over the members: which entity, what would be done, as of which generation. */
  readonly digest: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly approvals: readonly Approval[];
  /** What tripped, where the figures do not tell. */
  readonly detail?: JsonObject;
}

export interface Approval {
  readonly by: string;
  readonly at: string;
  readonly digest: string;
}

export interface HoldMember {
  readonly kind: EntityKind;
  readonly id: string;
  readonly name: string | undefined;
  readonly action: string;
  readonly done: boolean;
  readonly causes: readonly { readonly event: string; readonly requestId?: string; readonly actor?: string }[];
}

/** What somebody agrees to. Left out in the sandbox: whatever the hold is now. */
export interface Agreement {
  readonly digest?: string;
  readonly count?: number;
}

export type Approved =
  | { readonly kind: "approved" }
  | { readonly kind: "needsSecond"; readonly approvals: readonly Approval[] }
  /** The hold is not what was agreed to, or is not open any more. */
  | { readonly kind: "moved" };

/** More people than this, or a larger share of those there, need the agreement of two. */
const ONE_APPROVES_PEOPLE = 50;
const ONE_APPROVES_PERCENT = 10;

export const needsTwo = ({ count, present }: Pick<Hold, "count" | "present">): boolean =>
  count > ONE_APPROVES_PEOPLE || count * 100 > present * ONE_APPROVES_PERCENT;

/** What an approval does to a hold. Pure. `alone`: one is enough, as in the sandbox. */
export function approval(
  hold: Hold,
  { digest, count }: Agreement,
  { by, at, alone }: { readonly by: string; readonly at: Date; readonly alone: boolean },
): Approved {
  if (hold.state !== "open") return { kind: "moved" };
  if ((digest !== undefined && digest !== hold.digest) || (count !== undefined && count !== hold.count)) return { kind: "moved" };
  if (alone || !needsTwo(hold)) return { kind: "approved" };
  const valid = hold.approvals.filter(
    (one) => one.digest === hold.digest && at.getTime() - Date.parse(one.at) < APPROVAL_HOURS * 3_600_000 && one.by !== by,
  );
  if (valid.length > 0) return { kind: "approved" };
  return { kind: "needsSecond", approvals: [{ by, at: at.toISOString(), digest: hold.digest }] };
}
