import type { HistoryEvent } from "../../history/event.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Claim } from "../ports.ts";
import type { Actual } from "../target-values.ts";
import type { HoldLimit, HoldState } from "./hold.ts";
import type { LimitName, Spending } from "./spendings.ts";

/** Begins runs that remove something. */
export interface Guard {
  /**
   * Commits the intent if the limits of the policy, or an approval, allow it. Otherwise the entity becomes a
   * member of a hold.
   */
  beginGuarded(ask: Ask): Promise<Begun>;
}

/** The input of the guard before a run. */
export interface Ask {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly action: string;
  readonly spendings: readonly Spending[];
  readonly policy: Pick<Policy, "limits" | "version">;
  /** The present values of a person who is removed. They are stored for a restore. */
  readonly removes?: Pick<Actual, "remoteId" | "attributes">;
}

export type Begun =
  | { readonly kind: "begun" }
  /** The lease is lost, and nothing may be sent. */
  | { readonly kind: "lost" }
  /** `opened`: holds that this run has opened. */
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
