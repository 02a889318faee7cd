import type { Patch } from "./attributes.ts";
import type { ChangeKind } from "./change.ts";
import type { Day } from "./days.ts";

/** What the turns of time ask of the storage. */
export interface ScheduleStore {
  /** Works those anew for whom a day has come by `now`. Repeated by somebody else it changes nothing. */
  applyDue(now: Date, signal: AbortSignal): Promise<Worked>;
  /**
   * Works everybody anew whose record has a date, unless the dates were read by these rules the last time. For whom it failed is kept until it succeeds.
   * Undefined where somebody else does it.
   */
  followRules(version: string, now: () => Date, signal: AbortSignal): Promise<Worked | undefined>;
  /** What a process with these rules writes is not read as the rules in force say: whoever works by those reads it once more. */
  distrust(version: string): Promise<void>;
}

/** The number of changed people, and the failures: each person is one transaction, and a failure does not block the others. */
export interface Worked {
  readonly count: number;
  readonly failures: readonly { readonly personId: string; readonly error: unknown }[];
}

/** A change that is still to come, as operators see it. */
export interface PlannedChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly day: Day;
  readonly zone: string;
  readonly at: Date;
  /** Name of the source whose record says so. */
  readonly source: string;
  readonly changes: Patch;
}

export interface ScheduleReader {
  /** Of a person, the first one first. */
  ofPerson(id: string): Promise<readonly PlannedChange[]>;
}
