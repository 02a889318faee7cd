import type { JsonObject } from "../core/entity.ts";
import type { Patch } from "./attributes.ts";
import type { Day } from "./days.ts";
import type { DateRules } from "./rules.ts";

/**
 * `hire`, `leave`: the person joins or leaves. `change`: other values that were sent before they take effect.
 */
const CHANGE_KINDS = ["hire", "leave", "change"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/**
 * A change that takes effect on a day. A record has at most one `hire`, one `leave`, and one `change` for
 * each day.
 */
export interface ScheduledChange {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly day: Day;
  readonly zone: string;
  /** The moment when the change takes effect: `day` in `zone`. */
  readonly at: Date;
  readonly patch: Patch;
  readonly receivedAt: Date;
  /**
   * The day has come, and the values still count. The record now has other values, but those were sent for an
   * earlier day.
   */
  readonly standing?: true;
}

/** The result for one scheduled change, after a write or after its day has come. */
export interface Step {
  readonly kind: "scheduled" | "rescheduled" | "rescinded" | "applied";
  readonly change: ScheduledChange;
  /** Only with `rescheduled`: the day before. */
  readonly from?: { readonly day: Day; readonly zone: string };
}

export interface Schedule {
  /** The changes that are still to come, and the changes with `standing`. */
  readonly pending: readonly ScheduledChange[];
  readonly steps: readonly Step[];
  /** Changes with `standing` whose values no longer count. */
  readonly ended: readonly ScheduledChange[];
  /** The record with the values that count now. */
  readonly effective: JsonObject;
}

export interface Written {
  /** The record before the write. Undefined for a new record. */
  readonly before: JsonObject | undefined;
  /** The record as it was sent. It equals `before` if there was no write, and only a day has come. */
  readonly after: JsonObject;
  /**
   * Names of the attributes in a partial change (`UserContent.sent`). Undefined: the whole document was sent.
   */
  readonly sent?: readonly string[] | undefined;
  /** `Schedule.pending` before the write. */
  readonly pending: readonly ScheduledChange[];
}

export interface Circumstances {
  /** Undefined: dates have no effect. */
  readonly rules: DateRules | undefined;
  readonly now: Date;
  newId(): string;
}
