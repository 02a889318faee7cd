import type { Patch } from "./attributes.ts";
import type { ChangeKind } from "./change.ts";
import type { Day } from "./days.ts";

/** The storage that the job needs. */
export interface ScheduleStore {
  /**
   * Computes again all people for whom a day has come by `now`. A second call, also by another process,
   * changes nothing.
   */
  applyDue(now: Date, signal: AbortSignal): Promise<Worked>;
  /**
   * Computes again all people with dates in a record, unless that was done with the rules of this `version`
   * last time. People whose computation failed are stored, and tried again until it succeeds. Undefined:
   * another process is doing it.
   */
  followRules(version: string, now: () => Date, signal: AbortSignal): Promise<Worked | undefined>;
  /**
   * Records that a process uses the rules of this `version`, although they are not in force. Its writes may
   * be computed by the wrong rules. So the next process with the rules in force computes all people with
   * dates again.
   */
  recordOtherRules(version: string): Promise<void>;
}

/**
 * The number of changed people, and the failures. Each person is one transaction, so a failure does not block
 * others.
 */
export interface Worked {
  readonly count: number;
  readonly failures: readonly { readonly personId: string; readonly error: unknown }[];
}

/** A scheduled change in the form for operators. */
export interface PlannedChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly day: Day;
  readonly zone: string;
  readonly at: Date;
  /** Name of the source that sent the change. */
  readonly source: string;
  readonly changes: Patch;
}

export interface ScheduleReader {
  /** The scheduled changes of a person, in the order of their days. */
  ofPerson(id: string): Promise<readonly PlannedChange[]>;
}
