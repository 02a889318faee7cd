import type { JsonObject } from "../core/entity.ts";
import type { Patch } from "./attributes.ts";
import type { Day } from "./days.ts";
import type { DateRules } from "./rules.ts";

/** `hire`, `leave`: the person comes or goes. `change`: values that were sent before they take effect. */
export const CHANGE_KINDS = ["hire", "leave", "change"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What a record says of a day. There is one `hire` and one `leave` of a record, and one `change` for each day. */
export interface ScheduledChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly day: Day;
  readonly zone: string;
  /** The moment of that day in that zone. */
  readonly at: Date;
  readonly patch: Patch;
  readonly receivedAt: Date;
  /** Its day has come, and its values count although the record has said others since: for an earlier day. */
  readonly standing?: true;
}

/** What became of a scheduled change by a write, or by time. */
export interface Step {
  readonly kind: "scheduled" | "rescheduled" | "rescinded" | "applied";
  readonly change: ScheduledChange;
  /** Of one that moved: where it was. */
  readonly from?: { readonly day: Day; readonly zone: string };
}

export interface Schedule {
  /** All that is still to come, and what stands although the record says another value. */
  readonly pending: readonly ScheduledChange[];
  readonly steps: readonly Step[];
  /** What stood until now. */
  readonly ended: readonly ScheduledChange[];
  /** The record as it counts now. */
  readonly effective: JsonObject;
}

export interface Written {
  /** The record before the write; undefined for a new one. */
  readonly before: JsonObject | undefined;
  /** As sent. The same as `before` where only time went by. */
  readonly after: JsonObject;
  /** Attributes that a partial change named (`UserContent.sent`); undefined where the whole document was sent. */
  readonly sent?: readonly string[] | undefined;
  /** What was still to come before the write, and what stood. */
  readonly pending: readonly ScheduledChange[];
}

export interface Circumstances {
  /** Undefined: dates have no effect. */
  readonly rules: DateRules | undefined;
  readonly now: Date;
  newId(): string;
}
