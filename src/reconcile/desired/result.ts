import type { Clock } from "../../core/clock.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { LeaverRules } from "../../policy/policy.ts";
import type { Link } from "../facts.ts";
import type { Desired } from "../plan.ts";
import type { ReconcileStore } from "../ports.ts";
import type { Stuck, Waiting } from "../reasons.ts";
import type { OpenRefusal } from "../run/plan/refusals.ts";
import type { TargetAdapter } from "../target.ts";
import type { Actual, Note } from "../target-values.ts";

/** What one run should bring about. */
export type DesiredResult =
  /** Nothing of it lives at the target itself (a group is a department, a role or nothing). */
  | { readonly kind: "settled"; readonly notes: readonly Note[]; readonly gone: boolean }
  | Waiting
  | Stuck
  | {
      readonly kind: "desired";
      readonly desired: Desired;
      readonly link: Link | undefined;
      readonly inDirectory: boolean;
      /** Values that an active person needs more. */
      readonly gives?: readonly OpenRefusal[];
      /** Set when it took a read to know what is desired. */
      readonly seen?: { readonly actual: Actual | undefined };
      /** It is only a part, which must not wait for the rest: another run follows. */
      readonly again?: boolean;
    };

export interface DesiredDeps {
  readonly store: ReconcileStore;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  /** What it says of leavers; unless given they go at once. */
  readonly policy?: Partial<LeaverRules>;
  readonly clock: Pick<Clock, "now">;
}
