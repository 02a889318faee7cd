/** What the rules are decided by: counts and times of one moment, whatever the number of people. */
export interface AlertFacts {
  /** Of what is not in sync, by state, kind and reason. */
  readonly open: readonly OpenGroup[];
  readonly holds: readonly { readonly id: string; readonly limit: string; readonly count: number; readonly openedAt: Date }[];
  readonly target: {
    readonly pausedUntil?: Date;
    readonly pauseCode?: string;
    /** Codes of what a check of the target found. */
    readonly pauseProblems?: readonly string[];
    readonly haltedAt?: Date;
    readonly sweptAt?: Date;
  };
  /** Processes that run the loop and live. */
  readonly processes: readonly { readonly startedAt: Date; readonly problems: readonly string[] }[];
  /** Of what came in sync lately. */
  readonly latency: { readonly p95Ms: number; readonly count: number };
  /** The one process that listens to the target; undefined while none does. */
  readonly listening?: { readonly state: string; readonly since: Date; readonly heard: number; readonly missed: number };
  readonly sources: readonly SourceContact[];
  readonly signals: readonly Signal[];
  /** Sources whose last file or report was refused as a whole. */
  readonly refusedImports?: readonly { readonly sourceId: string; readonly source: string; readonly at: Date }[];
  /** The oldest change by date that is due and was not carried out, and how many there are. */
  readonly lateChanges?: { readonly since: Date; readonly count: number };
  /** People whose dates could not be read by the rules in force, and since when. */
  readonly unreadDates?: { readonly since: Date; readonly count: number };
  /** Until when every event is in the log; undefined before the log has begun. */
  readonly sealedAt?: Date;
  /** When the whole log was read and compared last, and what was wrong with it then. */
  readonly verifiedAt?: Date;
  readonly historyFault?: string;
  /** The newest checkpoint that is published. */
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
