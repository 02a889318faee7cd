export interface Count {
  readonly count: number;
  /**
   * Calls that the gateway refused and did not execute, for example because of a limit, token, permission or
   * address.
   */
  readonly refused: number;
}

/**
 * `refused`: by the gateway. `failed`: refused by a rule, failed, or without an answer. `answered`: all
 * others.
 */
export type CallResult = "answered" | "refused" | "failed";

export interface Tally {
  add(path: string, result: CallResult): void;
  read(): { readonly calls: Readonly<Record<string, Count>>; readonly total: number };
  clear(): void;
}

/**
 * Number of paths with a count of their own. Further paths share the count `others`, so that random paths do
 * not fill the memory.
 */
const MOST_PATHS = 1_000;

/** Counts the calls of each path since the last reset, including reads and refused calls. */
export function createTally(): Tally {
  const counts = new Map<string, { count: number; refused: number }>();
  let total = 0;
  return {
    add(path, result) {
      total += 1;
      const key = counts.has(path) || counts.size < MOST_PATHS ? path : "others";
      const known = counts.get(key) ?? { count: 0, refused: 0 };
      known.count += 1;
      if (result === "refused") known.refused += 1;
      counts.set(key, known);
    },
    read: () => ({ calls: Object.fromEntries(counts), total }),
    clear() {
      counts.clear();
      total = 0;
    },
  };
}
