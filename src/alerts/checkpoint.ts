/* The checkpoint of the history goes to the channels now and then: what lies there is out of reach of whoever owns the database. Pure. */

const HOUR_MS = 3_600_000;

export interface CheckpointFacts {
  /** The newest one that is published; undefined before the log has begun. */
  readonly checkpoint?: string;
  /** When one was last handed to the channels. */
  readonly sentAtMs?: number | undefined;
  /** 0: never. */
  readonly everyHours: number;
}

/**
 * The checkpoint that is due, once in each period. Periods are counted from midnight UTC of 1970, so that the times do not drift and a message that stays away is
 * missed; an unchanged checkpoint is sent too. Of periods in which nobody looked nothing is made up for.
 */
export function dueCheckpoint({ checkpoint, sentAtMs, everyHours }: CheckpointFacts, now: Date): string | undefined {
  if (everyHours === 0 || checkpoint === undefined) return undefined;
  const periodOf = (ms: number): number => Math.floor(ms / (everyHours * HOUR_MS));
  return sentAtMs === undefined || periodOf(now.getTime()) > periodOf(sentAtMs) ? checkpoint : undefined;
}

/** Its number of entries, which is what its headline says. */
export const sizeOfCheckpoint = (checkpoint: string): number => Number(checkpoint.split("\n")[1]);
