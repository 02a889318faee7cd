import type { Clock } from "../../core/clock.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { AdoptionRules, LeaverRules } from "../../policy/policy.ts";
import type { AdoptDeps } from "../adopt/propose.ts";
import type { DesiredDeps } from "../desired/result.ts";
import type { SweepStore } from "./ports.ts";

export interface SweepDeps extends Omit<DesiredDeps, "store" | "policy"> {
  readonly store: DesiredDeps["store"] & SweepStore & AdoptDeps["store"];
  readonly clock: Clock;
  /** The rules for adoptions and leavers. Absent: all adoptions need a person's decision. */
  readonly policy?: Partial<LeaverRules> & { readonly adopt: AdoptionRules };
}

export interface SweepResult {
  /** Number of managed objects in the lists. */
  readonly compared: number;
  /** Number of managed objects with a wrong state. They are due now. */
  readonly differing: number;
  /** Number of managed objects that no longer exist. They are due now. */
  readonly missing: number;
  /**
   * Number of objects with an id of ours and without a link. They are managed again and due now. Most of them
   * will be removed.
   */
  readonly found: number;
  /** Unmanaged objects. Counted, never changed. */
  readonly orphans: number;
  /** The first of them, for display. */
  readonly orphanExamples: readonly {
    readonly kind: EntityKind;
    readonly remoteId: string;
    readonly name?: string;
  }[];
  /** Number of entities that should have been due and were not. */
  readonly repaired: number;
}

export interface Count {
  /** Number of unknown differences for which an event should have arrived. */
  missedEvents: number;
  compared: number;
  differing: number;
  missing: number;
  found: number;
  orphans: number;
  readonly orphanExamples: SweepResult["orphanExamples"][number][];
}

export const emptyCount = (): Count => ({
  missedEvents: 0,
  compared: 0,
  differing: 0,
  missing: 0,
  found: 0,
  orphans: 0,
  orphanExamples: [],
});
