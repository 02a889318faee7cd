import type { JsonObject } from "../core/entity.ts";

/* Port of the storage for requests about one person. */

/** The requester, with the fields that an event records. */
export interface AskedBy {
  readonly actor: string;
  readonly requestId?: string;
  /** The user of the operating system, at the command line. */
  readonly detail?: JsonObject;
}

/** Nothing is changed but for `done`. */
export type HoldResult = "done" | "unknown" | "already";

export interface SubjectOperations {
  /**
   * Nothing removes values of this person until the hold is released. `unknown`: no store and no event has
   * the id as a person.
   */
  hold(id: string, reason: string, by: AskedBy): Promise<HoldResult>;
  /** `already`: there is no hold. */
  release(id: string, reason: string, by: AskedBy): Promise<HoldResult>;
  /** Everything that is stored under the person's id but for the history. Undefined: unknown. */
  records(id: string): Promise<SubjectRecords | undefined>;
  /** Records an export. Call it before the export is handed out. */
  noteExport(id: string, forms: readonly string[], by: AskedBy): Promise<void>;
}

/** Nothing is changed but for `done`. `active`: the directory says that the person works here. */
export type EraseResult = "done" | "unknown" | "held" | "active" | "already";

/** Recorded in the database and in the file beside it. */
export interface Erasure {
  readonly subject: string;
  readonly basis: string;
  /** As events name actors, at the command line with the user of the operating system. */
  readonly by: string;
  readonly at: Date;
}

export interface ErasureStore {
  /**
   * Deletes the person's data from the stores and the directory, and makes their values in the history
   * unreadable. The loop then removes the person from the target. Events, their order and their proofs stay.
   */
  erase(
    id: string,
    basis: string,
    by: AskedBy,
  ): Promise<
    { readonly result: "done"; readonly erasure: Erasure } | { readonly result: Exclude<EraseResult, "done"> }
  >;
  /** Repeats the erasure of a person who is back after a restore. False: nothing to do. */
  replay(erasure: Erasure): Promise<boolean>;
  /** All that are on record, the oldest first. */
  list(): Promise<readonly Erasure[]>;
  /** Clears data written about erased people since, for example by a concurrent run. Call it periodically. */
  clearAgain(): Promise<void>;
}

/** Rows as they are stored; JSON as values, times in ISO 8601. */
export interface SubjectRecords {
  readonly id: string;
  /** Absent when the directory has no such person any more. */
  readonly directory?: {
    readonly source: string;
    readonly active: boolean;
    readonly createdAt: string;
    readonly modifiedAt: string;
    readonly document: JsonObject;
    readonly groups: readonly string[];
  };
  /** Scheduled changes of the person, past and future. */
  readonly scheduled?: readonly {
    readonly kind: string;
    readonly day: string;
    readonly zone: string;
    readonly state: string;
    readonly receivedAt: string;
    readonly changes: JsonObject;
  }[];
  /** For a person with several records: the merged person and the other records. */
  readonly joined?: {
    readonly person: string;
    readonly document: JsonObject;
    readonly others?: readonly {
      readonly id: string;
      readonly source: string;
      readonly active: boolean;
      readonly createdAt: string;
      readonly modifiedAt: string;
      readonly document: JsonObject;
    }[];
  };
  /** One for each target. */
  readonly links: readonly {
    readonly target: string;
    readonly remoteId?: string;
    readonly presence?: string;
    readonly observedAt?: string;
    readonly attributes?: JsonObject;
  }[];
  /** The copy for restoring the person. */
  readonly removed: readonly {
    readonly target: string;
    readonly at: string;
    readonly attributes?: JsonObject;
  }[];
  readonly states: readonly {
    readonly target: string;
    readonly state: string;
    readonly reasonCode?: string;
    readonly planned?: JsonObject;
    readonly notes?: readonly JsonObject[];
    readonly refused?: JsonObject;
  }[];
  readonly adoptions: readonly {
    readonly target: string;
    readonly state: string;
    readonly at: string;
    readonly name?: string;
  }[];
  readonly held: boolean;
  /** Reads of values, newest first, at most 1,000. */
  readonly reads: readonly {
    readonly at: string;
    /** `token`, `trust`, `link` or `user`. */
    readonly by: string;
    readonly address: string;
  }[];
}
