import type { JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { DeletedRecord } from "./deleted-record.ts";
import type { Conflict } from "./effective.ts";

/* What operators see of records that may be one person, and what they decide. */

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
  /** Attributes that are equal, the one that led here first. */
  readonly matched: readonly string[];
  /** Absent: deleted since. */
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
 * Why a decision cannot be carried out. `decided`: it is so already; `gone`: one of both is not there any more; `taken`: the record belongs to another person
 * with several records; `linked`: both have accounts at the target and neither is a single record; `alone`: there is nothing to separate it from; `nobodyLeft`:
 * no source has deleted its record.
 */
export type JoinRefusal = "decided" | "gone" | "taken" | "linked" | "alone" | "nobodyLeft";

export type JoinDecision =
  | { readonly kind: "done"; readonly joins: readonly Join[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "refused"; readonly why: JoinRefusal };

/** Who decides, and the event that says so without its code and subject. */
export type JoinOrigin = Pick<HistoryEvent, "at" | "actor" | "requestId" | "causes" | "detail">;

/** A person with several records, or with one after others were deleted, as their sources have them. */
export interface JoinedPerson {
  readonly id: string;
  readonly records: readonly (RecordView & { readonly document: JsonObject })[];
  readonly conflicts: readonly Conflict[];
  /** They are out for nothing but that sources deleted their records. */
  readonly out?: DeletedRecord;
}

export interface JoinOperations {
  list(query: JoinQuery): Promise<{ readonly joins: readonly Join[]; readonly next?: string }>;
  /** They are one person: also where it was refused before. */
  accept(id: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** They are two: remembered. */
  refuse(id: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** Gives a record back to itself, and remembers that it is somebody else. */
  separate(recordId: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** That sources have deleted their records of the person counts no more, however many are left. `personId`, or the id of one of them. */
  forget(personId: string, origin: JoinOrigin): Promise<JoinDecision>;
  /** Compares every record with those of other sources, and answers how many were joined and how many are proposed. */
  search(origin: JoinOrigin): Promise<{ readonly joined: number; readonly proposed: number }>;
  /** Undefined: the person has a single record, or does not exist. */
  person(id: string): Promise<JoinedPerson | undefined>;
}
