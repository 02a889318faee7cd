/* Whether what the target says by itself can be relied upon. A comparison knows what nobody told. */

/** Differences of a day: those that hints led to, and those that a comparison found although a hint should have come. */
export interface Hearing {
  readonly heard: number;
  readonly missed: number;
}

/** Below this comparisons come hourly, and somebody is told. */
export const LEAST_HEARD = 0.9;

const HOUR_MS = 3_600_000;

/** The share that was heard; undefined while there was nothing to hear. Pure. */
export const shareHeard = ({ heard, missed }: Hearing): number | undefined => (heard + missed === 0 ? undefined : heard / (heard + missed));

/** Whether a comparison is due because too little is heard. `comparedMs`: since the last one; undefined before the first. Pure. */
export function isComparisonDue(hearing: Hearing, comparedMs: number | undefined): boolean {
  const share = shareHeard(hearing);
  return share !== undefined && share < LEAST_HEARD && comparedMs !== undefined && comparedMs >= HOUR_MS;
}
