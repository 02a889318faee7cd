export interface Count {
  readonly count: number;
  /** Refused by the gateway, hence not executed: limits, token, permission, address. */
  readonly refused: number;
}

/** `failed` is a rule's refusal, a failure, or no answer at all: the gateway let the call through or never saw it. */
export type CallResult = "answered" | "refused" | "failed";

export interface Tally {
  add(path: string, fate: CallResult): void;
  read(): { readonly calls: Readonly<Record<string, Count>>; readonly total: number };
  clear(): void;
}

/** Paths counted on their own; made-up ones beyond that share one line. */
const MOST_PATHS = 1_000;

/** Counts calls per path since the last reset, refused ones and reads included. */
export function createTally(): Tally {
  const counts = new Map<string, { count: number; refused: number }>();
  let total = 0;
  return {
    add(path, fate) {
      total += 1;
      const key = counts.has(path) || counts.size < MOST_PATHS ? path : "others";
      const known = counts.get(key) ?? { count: 0, refused: 0 };
      known.count += 1;
      if (fate === "refused") known.refused += 1;
      counts.set(key, known);
    },
    read: () => ({ calls: Object.fromEntries(counts), total }),
    clear() {
      counts.clear();
      total = 0;
    },
  };
}
