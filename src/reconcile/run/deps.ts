import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { Policy } from "../../policy/policy.ts";
import type { AdoptionStore } from "../adopt/ports.ts";
import type { Guard } from "../guard/guard.ts";
import type { SyncMode } from "../policy.ts";
import type { Claim, ReconcileStore } from "../ports.ts";
import type { OwnRest } from "../process/presence.ts";
import type { TargetAdapter } from "../target.ts";
import type { LoopLog } from "./end/loop-log.ts";
import type { Observed } from "./plan/authority.ts";

export interface ReconcilerDeps {
  readonly store: ReconcileStore & Guard & Pick<AdoptionStore, "proposeOne">;
  readonly target: TargetAdapter;
  readonly mapping: Mapping;
  /** Of the settings; an order may say less. */
  readonly mode: SyncMode;
  /** Another number after each order to stop something: what a run began before it is not sent any more. */
  readonly term?: () => number;
  readonly policy: Policy;
  /** Makes the directory tell what the target has, in place of what it told of it before. Without it the target has no authority. */
  readonly observe?: (personId: string, observed: Observed, causes: readonly string[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  readonly log?: LoopLog;
  /** Of this process, for what is wrong with it alone. */
  readonly rest?: OwnRest;
  /** What the first retry waits; RETRY_BASE_MS unless given. */
  readonly retryBaseMs?: number;
}

/** Makes one entity equal at the target: load, observe, plan, policy, apply, record. Never rejects for a failure it can record. */
export type Reconciler = (claim: Claim, signal: AbortSignal) => Promise<void>;
