/*
 * The checkpoint of the history is sent to the channels periodically, out of reach of the database's owner.
 * Pure.
 */

const HOUR_MS = 3_600_000;

export interface CheckpointFacts {
  /** The newest published checkpoint. Undefined: the log has not begun. */
  readonly checkpoint?: string;
  /** Time when a checkpoint was last given to the channels. */
  readonly sentAtMs?: number | undefined;
  /** 0: never. */
  readonly everyHours: number;
}

/**
 * The due checkpoint, once in each period. Periods are counted from midnight UTC of 1970, so the times do not
 * drift and a missing message is noticed. An unchanged checkpoint is sent too. Missed periods are not made up
 * for.
 */
export function dueCheckpoint(
  { checkpoint, sentAtMs, everyHours }: CheckpointFacts,
  now: Date,
): string | undefined {
  if (everyHours === 0 || checkpoint === undefined) return undefined;
  const periodOf = (ms: number): number => Math.floor(ms / (everyHours * HOUR_MS));
  return sentAtMs === undefined || periodOf(now.getTime()) > periodOf(sentAtMs) ? checkpoint : undefined;
}

/** The number of its entries, for the headline. */
export const sizeOfCheckpoint = (checkpoint: string): number => Number(checkpoint.split("\n")[1]);
