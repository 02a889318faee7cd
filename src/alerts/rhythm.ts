import type { SourceContact } from "./facts.ts";

/** How long a source is usually silent between two requests. */
export interface Rhythm {
  /** Of the last request that was seen. */
  readonly lastMs: number;
  /** Longest silence of late. */
  readonly gapMs: number;
  readonly sinceMs: number;
}

/** By the id of the source. */
export type Rhythms = Readonly<Record<string, Rhythm>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A long silence, such as a weekend, counts for half as much after a week. */
const HALF_LIFE_MS = 7 * DAY_MS;
/** Less is no rhythm but the pause within one cycle. */
const LEAST_GAP_MS = 20 * 60_000;
/** Known for so long before its silence says anything. */
const KNOWN_MS = DAY_MS;
const TIMES = 3;

/** What the sources' last requests teach. Forgets sources that are gone. */
export function learn(rhythms: Rhythms, sources: readonly SourceContact[], now: Date): Rhythms {
  return Object.fromEntries(
    sources.map(({ id, lastRequestAt }) => {
      const lastMs = lastRequestAt.getTime();
      const known = rhythms[id];
      if (!known) return [id, { lastMs, gapMs: 0, sinceMs: now.getTime() }];
      const gapMs = lastMs - known.lastMs;
      if (gapMs <= 0) return [id, known];
      return [id, { ...known, lastMs, gapMs: Math.max(gapMs, Math.round(known.gapMs * 2 ** (-gapMs / HALF_LIFE_MS))) }];
    }),
  );
}

/** After this silence something is wrong; undefined while too little is known. */
export function silentForMs(rhythm: Rhythm | undefined): number | undefined {
  if (!rhythm || rhythm.lastMs - rhythm.sinceMs < KNOWN_MS) return undefined;
  return TIMES * Math.max(rhythm.gapMs, LEAST_GAP_MS);
}
