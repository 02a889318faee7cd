/**
 * The input of the rules: counts and times at one moment. Its size does not depend on the number of people.
 */
export interface AlertFacts {
  /** Numbers of entities that are not in sync, by state, kind and reason. */
  readonly open: readonly OpenGroup[];
  readonly holds: readonly {
    readonly id: string;
    readonly limit: string;
    readonly count: number;
    readonly openedAt: Date;
  }[];
  readonly target: {
    readonly pausedUntil?: Date;
    readonly pauseCode?: string;
    /** Codes of problems that a check of the target found. */
    readonly pauseProblems?: readonly string[];
    readonly haltedAt?: Date;
    readonly sweptAt?: Date;
  };
  /** Live processes that run the loop. */
  readonly processes: readonly { readonly startedAt: Date; readonly problems: readonly string[] }[];
  /** Latency of entities that were recently settled. */
  readonly latency: { readonly p95Ms: number; readonly count: number };
  /** The process that listens to the target. Undefined: none does. */
  readonly listening?: {
    readonly state: string;
    readonly since: Date;
    readonly heard: number;
    readonly missed: number;
  };
  readonly sources: readonly SourceContact[];
  readonly signals: readonly Signal[];
  /** Sources whose last file or report was refused completely. */
  readonly refusedImports?: readonly {
    readonly sourceId: string;
    readonly source: string;
    readonly at: Date;
  }[];
  /** The due time of the oldest change by date that was not carried out, and the number of such changes. */
  readonly lateChanges?: { readonly since: Date; readonly count: number };
  /** The number of people whose dates could not be read with the rules in force, and since when. */
  readonly unreadDates?: { readonly since: Date; readonly count: number };
  /** All events before this time are in the log. Undefined: the log has not begun. */
  readonly sealedAt?: Date;
  /** Time of the last complete check of the log, and its fault. */
  readonly verifiedAt?: Date;
  readonly historyFault?: string;
  /** The newest published checkpoint. */
  readonly checkpoint?: string;
}

export interface OpenGroup {
  readonly state: string;
  readonly kind: string;
  readonly reasonCode?: string;
  readonly answer?: string;
  readonly count: number;
  /** Due or waiting without a scheduled run. */
  readonly lost: number;
  readonly oldestDue?: Date;
}

export interface SourceContact {
  readonly id: string;
  readonly name: string;
  readonly lastRequestAt: Date;
}

export interface Signal {
  readonly code: string;
  readonly key: string;
  readonly sourceId?: string;
  /** Its name. */
  readonly source?: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}
