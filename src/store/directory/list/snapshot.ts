/** The state of the database that one statement read. */
export interface ListSnapshot {
  readonly snapshot: string;
  /** Only for a list without a filter, whose total comes from counters. */
  readonly total?: number;
  /** Only for a list without a filter, ordered by id. */
  readonly moves?: ChangeProbe;
}

export interface ChangeProbe {
  readonly removed: number;
  /** The horizon of the request, and the number of rows after it, counted up to BEYOND_LIMIT + 1. */
  readonly asked: string;
  readonly beyond: number;
  /**
   * A new horizon, HORIZON rows before the end. Null: there are fewer rows, or the request did not ask for
   * it.
   */
  readonly horizon: string | null;
}

/** Request to a statement: count the rows after `horizon`, and find a new horizon if `renew` is true. */
export interface ProbeRequest {
  readonly horizon: string;
  readonly renew: boolean;
}

export const HORIZON = 50;
export const BEYOND_LIMIT = 2_000;
/** A horizon after all rows. */
export const NO_PROBE: ProbeRequest = { horizon: "ffffffff-ffff-ffff-ffff-ffffffffffff", renew: true };
