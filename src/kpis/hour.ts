import { HOUR_MS } from "./periods.ts";

/*
 * What is kept of one hour: sums that add up, so that a day and a week are the sum of their hours. Defined in
 * docs/kpis.md.
 */

export interface HourFigures {
  /** Changes that were carried out, by the bucket of the time they took; see latency.ts. */
  readonly latency: LatencyCounts;
  /** All changes at the target, regardless of the requester. */
  readonly changes: number;
  readonly leavers: Leavers;
  /** What people did by hand, by the code of the event. */
  readonly interventions: Readonly<Record<string, number>>;
  readonly handSeconds: number;
  /** Of the measurement of this hour. */
  readonly measured?: Measured;
}

/** How many, by the number of a bucket. */
export type LatencyCounts = Readonly<Record<string, number>>;

export interface Leavers {
  readonly total: number;
  readonly inTime: number;
}

/** How many active people are right at one moment. */
export interface Measured {
  readonly active: number;
  /** At the target. */
  readonly present: number;
  /** There, and in step. */
  readonly accurate: number;
  /** By attribute: of how many the value at the target is known to be right. */
  readonly right: Readonly<Record<string, number>>;
  /** Calls to the target since the installation. */
  readonly calls: number;
}

export interface KpiHour {
  readonly from: Date;
  readonly figures: HourFigures;
}

/** The hour that holds a moment. */
export const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
