import type { HistoryEvent } from "../../history/event.ts";
import type { ListeningEnd, TargetHint } from "../target-hints.ts";
import type { Attributes } from "../target-values.ts";
import type { EventCoverage } from "./health.ts";
import type { OwnWrite } from "./own-writes.ts";

/** Hints about one object, stored without values. */
export interface OpenHint {
  readonly kind: "user" | "department";
  readonly remoteId: string;
  /** Ids of the events. `types`: their types in the same order. */
  readonly eventIds: readonly string[];
  readonly types: readonly string[];
  /** Milliseconds since the first event arrived. */
  readonly ageMs: number;
  /** Undefined: the object is not managed. */
  readonly link: HintedLink | undefined;
  /** A run is working on the entity, and its result is not recorded yet. */
  readonly busy: boolean;
}

export interface HintedLink {
  readonly id: string;
  readonly status: "intended" | "owned";
  /** Undefined: nothing is remembered, so the next run reads. */
  readonly observed: Attributes | undefined;
  /** Time of the last observation. A write of ours updates it. */
  readonly observedMs: number | undefined;
  /** Only of a department, whose events have no values: our recent calls that were carried out. */
  readonly writes: readonly OwnWrite[];
}

/** `echo`: the change was known. `unmanaged`: not a managed object. `look`: the entity is requeued. */
export type HintOutcome = "echo" | "unmanaged" | "look";

/**
 * `appeared`: not a managed object, but present since this event. It may have an id of ours, as after an old
 * invitation that is accepted now.
 */
export type HintDecision = HintOutcome | "appeared" | "wait";

export interface HintCheck {
  readonly hint: OpenHint;
  readonly event: HistoryEvent;
  /** Names of attributes, or all. */
  readonly doubted: readonly string[] | "anything";
}

export interface HintStore {
  /** Stores hints; known ones stay unchanged. */
  keepHints(hints: readonly TargetHint[]): Promise<void>;
  /** Hints without an outcome, oldest first, grouped by object, with our calls since `since`. */
  openHints(limit: number, since: Date): Promise<readonly OpenHint[]>;
  /** Closes hints that need no check; hints about unmanaged objects are deleted. */
  endHints(hints: readonly OpenHint[], outcome: "echo" | "unmanaged"): Promise<void>;
  /**
   * Closes hints, drops the observations of their entities, makes the entities due, and records an event for
   * each, in one transaction. Doubted attributes are dropped even if a read does not return them.
   */
  requeue(looks: readonly HintCheck[]): Promise<void>;
  /** Deletes hints that are too old for a redelivery. */
  forgetHints(): Promise<void>;
  /** Stores the state of the connection, as a heartbeat of this process. */
  showListening(state: ShownListening): Promise<void>;
  /** The share of a day's changes that arrived as events, and the time of the last full comparison. */
  coverage(): Promise<EventCoverage & { readonly comparedMs: number | undefined }>;
  /** Makes this process the listener. Undefined: another process is the listener. */
  takePlace(): Promise<ListeningPlace | undefined>;
}

export interface ListeningPlace {
  /** Aborted when another process may become the listener. */
  readonly lost: AbortSignal;
  /** Checks whether this process is still the listener. */
  check(): Promise<void>;
  leave(): Promise<void>;
}

export interface ShownListening {
  readonly state: "connecting" | "listening" | "disconnected";
  readonly since: Date;
  /** Consecutive failed attempts. */
  readonly failures: number;
  readonly end?: ListeningEnd;
  readonly reason?: string;
  /** Times of the last heartbeat and of the last event. */
  readonly aliveAt?: Date;
  readonly eventAt?: Date;
}
