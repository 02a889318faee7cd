import type { EntityKind, JsonObject } from "../../core/entity.ts";
import type { LoopReason } from "../reasons.ts";
import { LIMIT_NAMES } from "./spendings.ts";

/* Holds: changes that a limit has stopped, decided together. */

export const HOLD_STATES = ["open", "approved", "rejected", "dissolved", "expired"] as const;

export type HoldState = (typeof HOLD_STATES)[number];

/** The reason code of all members of a hold. */
export const HELD_BY_LIMIT = "heldByLimit" satisfies LoopReason;

/** An approval is valid for this number of hours. */
export const APPROVAL_HOURS = 1;
/**
 * An open hold expires after this number of hours. Its members stay held until the source changes them again.
 */
export const OPEN_HOURS = 7 * 24;

/**
 * The cause of a hold: a limit that runs use up, or new rules that exceed the limits
 * (reconcile/rules/weigh.ts).
 */
const HOLD_LIMITS = [...LIMIT_NAMES, "mappingChanged"] as const;

export type HoldLimit = (typeof HOLD_LIMITS)[number];

/** An approval of these covers each member completely: its other limits do not apply. */
export const PERMITS_ALL: ReadonlySet<HoldLimit> = new Set(["mappingChanged", "sourceCollapsed"]);

export interface Hold {
  readonly id: string;
  readonly state: HoldState;
  readonly limit: HoldLimit;
  /** Number of members. */
  readonly count: number;
  /** Number of changes that passed in the window before the limit was reached. */
  readonly passed: number;
  /** `allowed`: the limit as a number. `present`: the number of which a percentage was taken. */
  readonly allowed: number;
  readonly present: number;
  readonly windowHours: number;
  /** A digest over the members: entity, action and generation of each. */
  readonly digest: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly approvals: readonly Approval[];
  /** The cause, if the figures do not show it. */
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
  readonly causes: readonly {
    readonly event: string;
    readonly requestId?: string;
    readonly actor?: string;
  }[];
}

/** What somebody approves. Absent in the sandbox: the hold as it is now. */
export interface Agreement {
  readonly digest?: string;
  readonly count?: number;
}

export type Approved =
  | { readonly kind: "approved" }
  | { readonly kind: "needsSecond"; readonly approvals: readonly Approval[] }
  /** The hold has changed, or is no longer open. */
  | { readonly kind: "moved" };

/** Holds with more people than this, or with a larger share of those present, need two approvals. */
const ONE_APPROVES_PEOPLE = 50;
const ONE_APPROVES_PERCENT = 10;

export const needsTwo = ({ count, present }: Pick<Hold, "count" | "present">): boolean =>
  count > ONE_APPROVES_PEOPLE || count * 100 > present * ONE_APPROVES_PERCENT;

/** The effect of an approval on a hold. Pure. `alone`: one approval is enough, as in the sandbox. */
export function approval(
  hold: Hold,
  { digest, count }: Agreement,
  { by, at, alone }: { readonly by: string; readonly at: Date; readonly alone: boolean },
): Approved {
  if (hold.state !== "open") return { kind: "moved" };
  if ((digest !== undefined && digest !== hold.digest) || (count !== undefined && count !== hold.count))
    return { kind: "moved" };
  if (alone || !needsTwo(hold)) return { kind: "approved" };
  const valid = hold.approvals.filter(
    (one) =>
      one.digest === hold.digest &&
      at.getTime() - Date.parse(one.at) < APPROVAL_HOURS * 3_600_000 &&
      one.by !== by,
  );
  if (valid.length > 0) return { kind: "approved" };
  return { kind: "needsSecond", approvals: [{ by, at: at.toISOString(), digest: hold.digest }] };
}
