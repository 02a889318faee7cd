import type { EntityRef } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { Hearing } from "./hints/health.ts";
import type { HintOutcome } from "./hints/ports.ts";
import type { SyncMode } from "./policy.ts";
import type { OrdersStore } from "./process/orders.ts";
import type { TargetPause } from "./process/preflight.ts";
import type { LoopProcess } from "./process/presence.ts";
import type { RulesHold } from "./rules/store.ts";
import type { HeldBy, Planned, SyncState } from "./run/end/next-state.ts";
import type { Note } from "./target-values.ts";

/* What operators see of the loop, and what they may ask of it. */

export interface SyncStatus {
  /** Time of the counts. If counting is slow, they are cached for a while. */
  readonly asOf: Date;
  readonly states: Readonly<Record<SyncState, number>>;
  /** Since when the longest waiting entity is due. */
  readonly oldestDue?: Date;
  /** Entities that are due or waiting without a scheduled run. The loop repairs them once a minute; there should be none (docs/threats.md I4). */
  readonly lost: number;
  readonly paused?: TargetPause;
  /** From a change being committed to the target being equal, over the last 10,000 entities that were settled within the last day and are in sync still. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Active people of the directory; those of them that are at the target; those that are there and in sync. `stuck`: people, leavers too, who are held or parked. */
  readonly people: { readonly active: number; readonly present: number; readonly accurate: number; readonly stuck: number };
  readonly calls: readonly { readonly api: string; readonly count: number }[];
}

/** How the one process that listens to the target fares. */
export interface Listening extends Hearing {
  readonly state: "connecting" | "listening" | "disconnected";
  readonly since: Date;
  /** Consecutive failed attempts. */
  readonly failures: number;
  readonly reason?: string;
  /** When the target last said something. */
  readonly eventAt?: Date;
}

/** The last hint of the target about an entity, and its outcome. */
export interface LastHint {
  readonly at: Date;
  readonly type: string;
  readonly outcome: Exclude<HintOutcome, "stranger">;
}

export interface SyncItem {
  readonly ref: EntityRef;
  readonly name?: string;
  /** Of people. */
  readonly userName?: string;
  readonly remoteId?: string;
  readonly state: SyncState;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  /** Who has a value that this one cannot have. */
  readonly holder?: HeldBy & { readonly name?: string };
  /** What would be done, where a mode holds it back. */
  readonly planned?: Planned;
  /** Entities of ours that have to come first, or that hold what this one needs. */
  readonly waitingOn?: readonly (EntityRef & { readonly name?: string })[];
  /** Of a leaver who is still there: since when, and when they are removed. */
  readonly grace?: { readonly since: Date; readonly until: Date };
  readonly attempts: number;
  readonly nextTry?: Date;
  readonly dueSince?: Date;
  readonly settledAt?: Date;
  readonly lastAnswer?: string;
  readonly notes: readonly Note[];
}

/** What is not in sync for one reason. */
export interface ReasonCount {
  readonly state: SyncState;
  readonly reasonCode: string;
  readonly count: number;
  /** Of one of them; others of the same code may have other words. */
  readonly reason?: string;
  readonly remedy?: string;
}

export interface ItemQuery {
  /** One entity by its id. */
  readonly id?: string;
  readonly state?: SyncState;
  readonly kind?: EntityRef["kind"];
  /** Part of a name, user name or e-mail address, a job number or id, or the last digits of a telephone number. */
  readonly text?: string;
  /** Only entities that are not in sync for this reason. */
  readonly reasonCode?: string;
  /** Key of the last item of the page before. */
  readonly after?: string;
  readonly count: number;
}

export interface SyncOperations extends OrdersStore {
  /** Begun after it was asked for, unless counting takes long. */
  status(): Promise<SyncStatus>;
  /** Every reason there is, the most frequent first; begun after it was asked for, unless counting takes long. */
  reasons(): Promise<readonly ReasonCount[]>;
  /** What entities are called that have these ids at the target, as far as they are ours. */
  remoteNames(kind: "user" | "department", remoteIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  items(query: ItemQuery): Promise<{ readonly items: readonly SyncItem[]; readonly next?: string }>;
  /** Makes one entity due now; false when there is no such entity. The event is recorded in the same transaction. What the last look found stays until the next. */
  retry(ref: EntityRef, event: HistoryEvent): Promise<boolean>;
  /** The same for all entities that are not in sync for one reason. Resolves with their number; records no event for 0. */
  retryAll(reasonCode: string, event: HistoryEvent): Promise<number>;
  /** The target's pause, if it rests now. */
  pause(): Promise<SyncStatus["paused"]>;
  /** Undefined while no process listens to the target. */
  listening(): Promise<Listening | undefined>;
  lastHint(id: string): Promise<LastHint | undefined>;
  /** The processes that run the loop now, and the mode of the last one that was started. */
  processes(): Promise<{ readonly living: readonly LoopProcess[]; readonly lastMode: SyncMode | undefined }>;
  /** Rules of a process that exceed the limits, while the hold is undecided. */
  openHoldOfRules(): Promise<RulesHold | undefined>;
  /** Asks the worker to compare everything with the target, on behalf of `actor`; asked twice before it began is asked once. */
  requestSweep(actor: string): Promise<void>;
}

/** A department of the desired tree. */
export interface DepartmentNode {
  readonly id: string;
  readonly name: string;
  /** Names from the top down, its own among them. */
  readonly path: readonly string[];
  /** How many lie directly below it. */
  readonly children: number;
  /** Unset before the first look at it. */
  readonly state?: SyncState;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly remoteId?: string;
}

export interface DepartmentList {
  /** By name. Those directly below `parent`, of the top when it is left out; or those of the whole tree whose name holds `text`. `after`: the id of the last one. */
  list(query: {
    readonly parent?: string;
    readonly text?: string;
    readonly after?: string;
    readonly count: number;
  }): Promise<{ readonly departments: readonly DepartmentNode[]; readonly next?: string }>;
}
