import type { KpiHour } from "./hour.ts";

export interface RollUp {
  readonly now: Date;
  /** Within how many minutes a leaver should be gone. */
  readonly leaverMinutes: number;
  /** Attributes that the mapping sets for people. */
  readonly attributes: readonly string[];
}

export interface KpiStore {
  /**
   * Brings the table up to date with the history, unless another process is at it or was a moment ago.
   * Records the measurement of this hour, if there is none, as an event. Whether hours are left to be done:
   * an installation that was off for long is caught up with in several turns.
   */
  rollUp(order: RollUp): Promise<{ readonly more: boolean }>;
  /** Hours from one on, oldest first; hours in which nothing was done may be missing. */
  hours(from: Date): Promise<readonly KpiHour[]>;
}
