import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { AdoptionStore } from "../adopt/ports.ts";
import type { Guard } from "../guard/guard.ts";
import type { SyncMode } from "../policy.ts";
import type { Claim, ReconcileStore } from "../ports.ts";
import type { ProcessPause } from "../process/presence.ts";
import type { TargetAdapter } from "../target.ts";
import type { LoopLog } from "./end/loop-log.ts";
import type { Observed } from "./plan/authority.ts";

export interface ReconcilerDeps {
  readonly store: ReconcileStore & Guard & Pick<AdoptionStore, "proposeOne">;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  /** The mode of the settings. An order may lower it. */
  readonly mode: SyncMode;
  /** Changes after each order that stops something. A run that began before it sends nothing any more. */
  readonly term?: () => number;
  readonly policy: Policy;
  /**
   * Sets the `observed` values of a person in the directory, in place of the earlier ones. Absent: the target
   * has no authority.
   */
  readonly observe?: (personId: string, observed: Observed, causes: readonly string[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  readonly log?: LoopLog;
  /** The pause of this process for its own problems. */
  readonly rest?: ProcessPause;
  /** The delay of the first retry in milliseconds. Absent: RETRY_BASE_MS. */
  readonly retryBaseMs?: number;
}

/**
 * Makes one entity equal at the target: load, observe, plan, policy, apply, record. Does not reject for a
 * failure that it can record.
 */
export type Reconciler = (claim: Claim, signal: AbortSignal) => Promise<void>;
