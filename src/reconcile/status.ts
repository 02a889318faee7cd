import type { EntityRef } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { EventCoverage } from "./hints/health.ts";
import type { HintOutcome } from "./hints/ports.ts";
import type { SyncMode } from "./policy.ts";
import type { OrdersStore } from "./process/orders.ts";
import type { TargetPause } from "./process/preflight.ts";
import type { LoopProcess } from "./process/presence.ts";
import type { RulesHold } from "./rules/store.ts";
import type { HeldBy, Planned, SyncState } from "./run/end/run-end.ts";
import type { Note } from "./target-values.ts";

/* The state of the loop for operators, and their orders. */

export interface SyncStatus {
  /** Time of the counts. If counting is slow, they are cached for a while. */
  readonly asOf: Date;
  readonly states: Readonly<Record<SyncState, number>>;
  /** The due time of the entity that has waited longest. */
  readonly oldestDue?: Date;
  /**
   * Entities that are due or waiting without a scheduled run. The loop repairs them once a minute; there
   * should be none (docs/threats.md I4).
   */
  readonly lost: number;
  readonly paused?: TargetPause;
  /**
   * Time from the commit of a change until the target is equal. Covers the last 10,000 entities that were
   * settled within a day and are still in sync.
   */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
  /**
   * `active`: active people of the directory. `present`: those of them at the target. `accurate`: those of
   * the present people that are in sync. `stuck`: all people, leavers too, who are held or parked.
   */
  readonly people: {
    readonly active: number;
    readonly present: number;
    readonly accurate: number;
    readonly stuck: number;
  };
  readonly calls: readonly { readonly api: string; readonly count: number }[];
}

/** The state of the process that listens to the target. */
export interface Listening extends EventCoverage {
  readonly state: "connecting" | "listening" | "disconnected";
  readonly since: Date;
  /** Consecutive failed attempts. */
  readonly failures: number;
  readonly reason?: string;
  /** Time of the target's last message. */
  readonly eventAt?: Date;
}

/** The last hint of the target about an entity, and its outcome. */
export interface LastHint {
  readonly at: Date;
  readonly type: string;
  readonly outcome: Exclude<HintOutcome, "unmanaged">;
}

export interface SyncItem {
  readonly ref: EntityRef;
  readonly name?: string;
  /** Only of people. */
  readonly userName?: string;
  readonly remoteId?: string;
  readonly state: SyncState;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  /** The entity that has a value which this entity needs. */
  readonly holder?: HeldBy & { readonly name?: string };
  /** The plan that the mode does not allow. */
  readonly planned?: Planned;
  /** Entities of ours that have to come first, or that hold a value which this entity needs. */
  readonly waitingOn?: readonly (EntityRef & { readonly name?: string })[];
  /** Only of a leaver who is still at the target: start of the grace, and time of the removal. */
  readonly grace?: { readonly since: Date; readonly until: Date };
  readonly attempts: number;
  readonly nextTry?: Date;
  readonly dueSince?: Date;
  readonly settledAt?: Date;
  readonly lastAnswer?: string;
  readonly notes: readonly Note[];
}

/** The number of entities that are not in sync for one reason. */
export interface ReasonCount {
  readonly state: SyncState;
  readonly reasonCode: string;
  readonly count: number;
  /** Texts of one of these entities. Others with the same code may have other texts. */
  readonly reason?: string;
  readonly remedy?: string;
}

export interface ItemQuery {
  /** One entity by its id. */
  readonly id?: string;
  readonly state?: SyncState;
  readonly kind?: EntityRef["kind"];
  /**
   * Part of a name, user name or e-mail address, a job number or id, or the last digits of a telephone
   * number.
   */
  readonly text?: string;
  /** Only entities that are not in sync for this reason. */
  readonly reasonCode?: string;
  /** Key of the last item of the previous page. */
  readonly after?: string;
  readonly count: number;
}

export interface SyncOperations extends OrdersStore {
  /** The counting begins after the call, unless counting is slow (see `asOf`). */
  status(): Promise<SyncStatus>;
  /** All reasons, most frequent first. The counting begins after the call, unless counting is slow. */
  reasons(): Promise<readonly ReasonCount[]>;
  /** Names of our entities with these remote ids. Leaves out remote ids that are not ours. */
  remoteNames(
    kind: "user" | "department",
    remoteIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
  items(query: ItemQuery): Promise<{ readonly items: readonly SyncItem[]; readonly next?: string }>;
  /**
   * Makes one entity due now. False: there is no such entity. Records the event in the same transaction. The
   * result of the last run stays visible until the next run.
   */
  retry(ref: EntityRef, event: HistoryEvent): Promise<boolean>;
  /**
   * Does the same for all entities that are not in sync for one reason. Resolves with their number; records
   * no event for 0.
   */
  retryAll(reasonCode: string, event: HistoryEvent): Promise<number>;
  /** The pause of the target. Undefined: the target is not paused. */
  pause(): Promise<SyncStatus["paused"]>;
  /** Undefined while no process listens to the target. */
  listening(): Promise<Listening | undefined>;
  lastHint(id: string): Promise<LastHint | undefined>;
  /** The processes that run the loop now, and the mode of the process that started last. */
  processes(): Promise<{ readonly living: readonly LoopProcess[]; readonly lastMode: SyncMode | undefined }>;
  /** The new rules of a process that exceed the limits, while their hold is undecided. */
  openHoldOfRules(): Promise<RulesHold | undefined>;
  /**
   * Asks the worker to compare everything with the target, on behalf of `actor`. Repeated requests before the
   * comparison begins count as one.
   */
  requestSweep(actor: string): Promise<void>;
}
