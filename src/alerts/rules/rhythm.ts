import type { SourceContact } from "./facts.ts";

/** The usual silence of a source between two requests. */
export interface Rhythm {
  /** Time of the last request. */
  readonly lastMs: number;
  /** The longest recent silence. */
  readonly gapMs: number;
  readonly sinceMs: number;
}

/** By the id of the source. */
export type Rhythms = Readonly<Record<string, Rhythm>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Half of a long silence, such as a weekend, still counts after this time. */
const HALF_LIFE_MS = 7 * DAY_MS;
/** Shorter silences are pauses within one cycle of a client. */
const LEAST_GAP_MS = 20 * 60_000;
/** A source must be known for this time before its silence means anything. */
const KNOWN_MS = DAY_MS;
const TIMES = 3;

/** Updates the rhythms from the last requests. Drops sources that no longer exist. */
export function learn(rhythms: Rhythms, sources: readonly SourceContact[], now: Date): Rhythms {
  return Object.fromEntries(
    sources.map(({ id, lastRequestAt }) => {
      const lastMs = lastRequestAt.getTime();
      const known = rhythms[id];
      if (!known) return [id, { lastMs, gapMs: 0, sinceMs: now.getTime() }];
      const gapMs = lastMs - known.lastMs;
      if (gapMs <= 0) return [id, known];
      return [
        id,
        { ...known, lastMs, gapMs: Math.max(gapMs, Math.round(known.gapMs * 2 ** (-gapMs / HALF_LIFE_MS))) },
      ];
    }),
  );
}

/** The silence in milliseconds that means a problem. Undefined: too little is known. */
export function silentForMs(rhythm: Rhythm | undefined): number | undefined {
  if (!rhythm || rhythm.lastMs - rhythm.sinceMs < KNOWN_MS) return undefined;
  return TIMES * Math.max(rhythm.gapMs, LEAST_GAP_MS);
}
