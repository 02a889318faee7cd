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

/** The result that one run should reach. */
export type DesiredResult =
  /** Nothing to do at the target. A group has no object of its own: it is a department, a role or nothing. */
  | { readonly kind: "settled"; readonly notes: readonly Note[]; readonly gone: boolean }
  | Waiting
  | Stuck
  | {
      readonly kind: "desired";
      readonly desired: Desired;
      readonly link: Link | undefined;
      readonly inDirectory: boolean;
      /** Values that an active person needs and this person releases. */
      readonly gives?: readonly OpenRefusal[];
      /** Set if the conclusion needed a read. */
      readonly seen?: { readonly actual: Actual | undefined };
      /** Only a part, which must not wait for the rest. Another run follows. */
      readonly again?: boolean;
      /**
       * Ids of managers who are left out because they are not at the target. The entity does not wait for
       * them.
       */
      readonly missing?: readonly string[];
    };

export interface DesiredDeps {
  readonly store: ReconcileStore;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  /** Rules for leavers. Absent: leavers are removed without a grace. */
  readonly policy?: Partial<LeaverRules>;
  readonly clock: Pick<Clock, "now">;
}
