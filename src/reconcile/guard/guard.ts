import type { HistoryEvent } from "../../history/event.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Claim } from "../ports.ts";
import type { Actual } from "../target-values.ts";
import type { HoldLimit, HoldState } from "./hold.ts";
import type { LimitName, Spending } from "./limits.ts";

/** The beginning of runs that take something away. */
export interface Guard {
  /** Commits the intent only when the limits of the policy allow it, or an approval; else the entity becomes a member of a hold. */
  beginGuarded(ask: Ask): Promise<Begun>;
}

/** What a run asks of the guard before it begins. */
export interface Ask {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly action: string;
  readonly spendings: readonly Spending[];
  readonly policy: Pick<Policy, "limits" | "version">;
  /** A person who is removed, as they are there: kept for putting them back. */
  readonly removes?: Pick<Actual, "remoteId" | "attributes">;
}

export type Begun =
  | { readonly kind: "begun" }
  /** The lease is lost: nothing may be sent. */
  | { readonly kind: "lost" }
  /** `opened`: holds that began with this run. */
  | { readonly kind: "held"; readonly holds: readonly HeldUnder[]; readonly opened: readonly OpenedHold[] };

export interface HeldUnder {
  readonly id: string;
  readonly limit: HoldLimit;
  readonly state: HoldState;
}

export interface OpenedHold {
  readonly id: string;
  readonly limit: LimitName;
  readonly passed: number;
  readonly allowed: number;
  readonly present: number;
}
