import type { Patch } from "./attributes.ts";
import type { ChangeKind } from "./change.ts";
import type { Day } from "./days.ts";

/** What the turns of time ask of the storage. */
export interface ScheduleStore {
  /** Works those anew for whom a day has come by `now`, some at a time; how many. Repeated by somebody else it changes nothing. */
  applyDue(now: Date): Promise<number>;
  /** Works everybody anew whose record has a date, unless the dates were read by these rules the last time; how many, undefined where somebody else does it. */
  followRules(version: string, now: () => Date, signal: AbortSignal): Promise<number | undefined>;
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
