/* Whether the target's events are reliable. A comparison finds the changes without an event. */

/**
 * Differences of one day. `heard`: found through hints. `missed`: found by a comparison although a hint
 * should have arrived.
 */
export interface EventCoverage {
  readonly heard: number;
  readonly missed: number;
}

/** Below this share, comparisons run every hour and an incident is opened. */
export const MIN_COVERAGE = 0.9;

const HOUR_MS = 3_600_000;

/** The share of changes that arrived as events; undefined without changes. Pure. */
export const shareOf = ({ heard, missed }: EventCoverage): number | undefined =>
  heard + missed === 0 ? undefined : heard / (heard + missed);

/**
 * Whether a comparison is due because too few changes arrive as events. `comparedMs`: time since the last
 * one; undefined before the first. Pure.
 */
export function isComparisonDue(coverage: EventCoverage, comparedMs: number | undefined): boolean {
  const share = shareOf(coverage);
  return share !== undefined && share < MIN_COVERAGE && comparedMs !== undefined && comparedMs >= HOUR_MS;
}
