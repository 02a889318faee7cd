import type { JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { DeletedRecord } from "./deleted-record.ts";
import type { Conflict } from "./effective.ts";

/* Records that may be one person, for operators, and their decisions. */

export const JOIN_STATES = ["proposed", "ambiguous", "joined", "refused"] as const;
export type JoinState = (typeof JOIN_STATES)[number];

export interface RecordView {
  readonly id: string;
  readonly source: string;
  readonly active: boolean;
  readonly name: string;
}

export interface Join {
  readonly id: string;
  readonly state: JoinState;
  /** Equal attributes. The deciding one is first. */
  readonly matched: readonly string[];
  /** Absent: the record was deleted since. */
  readonly record?: RecordView;
  readonly person: { readonly id: string; readonly name?: string; readonly records: readonly RecordView[] };
  readonly madeAt: Date;
  readonly decidedAt?: Date;
  readonly decidedBy?: string;
}

export interface JoinQuery {
  readonly state?: JoinState;
  readonly after?: string;
  readonly count: number;
}

/**
 * Why a decision cannot be carried out. `decided`: it is already so. `gone`: one of the two no longer exists.
 * `taken`: the record belongs to another person with several records. `linked`: both have accounts at the
 * target, and neither is a single record. `alone`: the record is not joined with others. `nobodyLeft`: no
 * source has deleted its record.
 */
export type JoinRefusal = "decided" | "gone" | "taken" | "linked" | "alone" | "nobodyLeft";

export type JoinDecision =
  | { readonly kind: "done"; readonly joins: readonly Join[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "refused"; readonly why: JoinRefusal };

/** The event of a decision, without its code and subject. */
export type JoinOrigin = Pick<HistoryEvent, "at" | "actor" | "requestId" | "causes" | "detail">;

/** A person with several records, or with one after others were deleted, as their sources have them. */
export interface JoinedPerson {
  readonly id: string;
  readonly records: readonly (RecordView & { readonly document: JsonObject })[];
  readonly conflicts: readonly Conflict[];
  /** Set if the person is inactive only because sources deleted their records. */
  readonly out?: DeletedRecord;
}

export interface JoinOperations {
  list(query: JoinQuery): Promise<{ readonly joins: readonly Join[]; readonly next?: string }>;
  /** Declares both one person, even after an earlier refusal. */
  accept(id: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** Declares them different. This is stored. */
  refuse(id: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** Makes a record a person of its own, and stores that it is different. */
  separate(recordId: string, origin: JoinOrigin): Promise<JoinDecision>;
  /**
   * Deleted records of the person no longer count, for any number of remaining records. `personId`: or the id
   * of one of the records.
   */
  forget(personId: string, origin: JoinOrigin): Promise<JoinDecision>;
  /**
   * Compares each record with those of other sources. Resolves with the numbers of joined and proposed
   * records.
   */
  search(origin: JoinOrigin): Promise<{ readonly joined: number; readonly proposed: number }>;
  /** Undefined: the person has a single record, or does not exist. */
  person(id: string): Promise<JoinedPerson | undefined>;
}
