import type { HistoryEvent } from "../../history/event.ts";
import type { ListeningEnd, TargetHint } from "../target-hints.ts";
import type { Attributes } from "../target-values.ts";
import type { Hearing } from "./health.ts";
import type { OwnWrite } from "./own-writes.ts";

/** Something that happened to one thing, as a target reported it. It is stored without any value. */
export interface OpenHint {
  readonly kind: "user" | "department";
  readonly remoteId: string;
  /** Ids of the events; and what they are called, in the same order. */
  readonly eventIds: readonly string[];
  readonly types: readonly string[];
  /** Time since the first one arrived. */
  readonly ageMs: number;
  /** Undefined: nothing of ours. */
  readonly link: HintedLink | undefined;
  /** A run is at work on it, and what it learns is not recorded yet. */
  readonly busy: boolean;
}

export interface HintedLink {
  readonly id: string;
  readonly status: "intended" | "owned";
  /** Undefined: nothing is remembered, so that the next run reads. */
  readonly observed: Attributes | undefined;
  /** Since when that is remembered, which a write of ours renews. */
  readonly observedMs: number | undefined;
  /** Of a department, whose events tell no value: calls of the last minutes that were carried out. */
  readonly writes: readonly OwnWrite[];
}

/** `echo`: the change was known. `stranger`: not a managed object. `look`: the entity is requeued. */
export type HintOutcome = "echo" | "stranger" | "look";

/** `appeared`: not a managed object, but present since this event. It may have an id of ours, as after an old invitation that is accepted now. */
export type HintDecision = HintOutcome | "appeared" | "wait";

export interface Look {
  readonly hint: OpenHint;
  readonly event: HistoryEvent;
  /** Names of attributes. */
  readonly doubted: readonly string[] | "anything";
}

export interface HintStore {
  /** Stores hints; known ones stay unchanged. */
  keepHints(hints: readonly TargetHint[]): Promise<void>;
  /** Those without an outcome, the oldest first, together for each thing. `now`: by which the last minutes are counted. */
  openHints(limit: number, now: Date): Promise<readonly OpenHint[]>;
  /** Closes hints that need no check; hints about unmanaged objects are deleted. */
  endHints(hints: readonly OpenHint[], outcome: "echo" | "stranger"): Promise<void>;
  /**
   * Ends hints, has what was remembered of their entities read again, makes those due, and records an event for each; all or nothing. What is doubted is
   * forgotten even where a read does not show it.
   */
  lookAt(looks: readonly Look[]): Promise<void>;
  /** Forgets hints that are older than a redelivery can be. */
  forgetHints(): Promise<void>;
  /** Tells how the connection is; also that this process lives. */
  showListening(state: ShownListening): Promise<void>;
  /** The share of a day's changes that arrived as events, and the time of the last full comparison. */
  hearing(): Promise<Hearing & { readonly comparedMs: number | undefined }>;
  /** The place of the one process that listens: undefined while another has it. */
  takePlace(): Promise<ListeningPlace | undefined>;
}

export interface ListeningPlace {
  /** Aborted once it is lost. */
  readonly lost: AbortSignal;
  /** Finds out whether it is still had. */
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
  readonly heardAt?: Date;
  readonly eventAt?: Date;
}
