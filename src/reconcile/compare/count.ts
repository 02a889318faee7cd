import type { Clock } from "../../core/clock.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { AdoptionRules, LeaverRules } from "../../policy/policy.ts";
import type { AdoptDeps } from "../adopt/propose.ts";
import type { DesiredDeps } from "../desired/result.ts";
import type { SweepStore } from "../ports.ts";

export interface SweepDeps extends Omit<DesiredDeps, "store" | "policy"> {
  readonly store: DesiredDeps["store"] & SweepStore & AdoptDeps["store"];
  readonly clock: Clock;
  /** Says who of those who are there already may be taken over, nobody without a person's word unless given; and how leavers go. */
  readonly policy?: Partial<LeaverRules> & { readonly adopt: AdoptionRules };
}

export interface SweepResult {
  /** Objects of ours that the lists showed. */
  readonly compared: number;
  /** Those that are not as they should be: now due. */
  readonly differing: number;
  /** Objects of ours that are not there any more: now due. */
  readonly missing: number;
  /** Objects that carry our own id and had no link: ours again, and now due. Most are to be removed. */
  readonly found: number;
  /** Unmanaged objects. Counted, never changed. */
  readonly orphans: number;
  /** The first of them, for people to look at. */
  readonly orphanExamples: readonly { readonly kind: EntityKind; readonly remoteId: string; readonly name?: string }[];
  /** Entities that should have been due and were not. */
  readonly repaired: number;
}

export interface Count {
  /** Unknown differences that should have arrived as events. */
  untold: number;
  compared: number;
  differing: number;
  missing: number;
  found: number;
  orphans: number;
  readonly orphanExamples: SweepResult["orphanExamples"][number][];
}

export const emptyCount = (): Count => ({ untold: 0, compared: 0, differing: 0, missing: 0, found: 0, orphans: 0, orphanExamples: [] });
