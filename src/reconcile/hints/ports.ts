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
  /** Since the first of them came. */
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

/** `echo`: it told what was known. `stranger`: about nothing of ours. `look`: the entity is looked at. */
export type HintOutcome = "echo" | "stranger" | "look";

export interface Look {
  readonly hint: OpenHint;
  readonly event: HistoryEvent;
  /** Names of attributes. */
  readonly doubted: readonly string[] | "anything";
}

export interface HintStore {
  /** Keeps hints; those that are kept already are left as they are. */
  keepHints(hints: readonly TargetHint[]): Promise<void>;
  /** Those without an outcome, the oldest first, together for each thing. `now`: by which the last minutes are counted. */
  openHints(limit: number, now: Date): Promise<readonly OpenHint[]>;
  /** Ends hints that need no look; nothing is kept of those about strangers. */
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
  /** How much was heard in a day, and since when everything was compared last. */
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
  /** Attempts in a row that came to nothing. */
  readonly failures: number;
  readonly end?: ListeningEnd;
  readonly reason?: string;
  /** When the last sign of life came, and the last event. */
  readonly heardAt?: Date;
  readonly eventAt?: Date;
}
