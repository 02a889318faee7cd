import type { Clock } from "../../core/clock.ts";
import type { Spending } from "./limits.ts";
import { UNCOUNTED } from "./uncounted.ts";

const HOUR_MS = 3_600_000;
/** Values that are set once need not be remembered for long. */
const MOST_KEYS = 20_000;

export interface Repeats {
  /** Those of the replacements that this process has seen so often that they count. */
  frequent(replacements: readonly Spending[]): readonly Spending[];
}

/**
 * Which values this process sets again and again: only those are counted in the storage, so that an ordinary change costs no statement more.
 * What each process sets before it notices is taken from what the limit allows (see `allowedOf`).
 */
export function createRepeats(clock: Pick<Clock, "monotonicMs">): Repeats {
  let since = clock.monotonicMs();
  let before = new Map<string, number>();
  let now = new Map<string, number>();
  return {
    frequent(replacements) {
      const atMs = clock.monotonicMs();
      if (atMs - since > HOUR_MS || now.size > MOST_KEYS) [before, now, since] = [now, new Map(), atMs];
      return replacements.filter(({ key }) => {
        const times = (now.get(key) ?? before.get(key) ?? 0) + 1;
        now.set(key, times);
        return times > UNCOUNTED;
      });
    },
  };
}
