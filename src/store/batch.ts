import { type Clock, systemClock } from "../core/clock.ts";

export interface BatchOptions<Item> {
  /** Items of one batch at most. */
  readonly limit?: number;
  /** Batches on their way at the same time. */
  readonly lanes?: number;
  /** Whether an item may travel with those before it, which an item without company always may; else it opens the next batch. */
  readonly fits?: (batch: readonly Item[], item: Item) => boolean;
  /** Whether a failed batch may be the fault of one item: then each of them is run again alone, and hears of nothing but its own. */
  readonly isolates?: (error: unknown) => boolean;
  readonly clock?: Clock;
}

/** A batch that takes longer waits for something, a lock perhaps, and gives its lane to the next one. */
const PATIENCE_MS = 50;

/**
 * Joins calls made side by side into one: what arrives while the lanes are taken leaves with the next batch, so batches grow with the load. A single call
 * is not delayed beyond the current turn of the event loop. `run` answers in the order of its items; when it rejects, every caller of that batch hears of it.
 */
export function batched<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { limit = 200, lanes = 1, fits = () => true, isolates = () => false, clock = systemClock }: BatchOptions<Item> = {},
): (item: Item) => Promise<Answer> {
  interface Call {
    readonly item: Item;
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }
  let waiting: Call[] = [];
  let busy = 0;
  let scheduled = false;
  let watching = false;
  /** Of batches that have not given their lane back. */
  const underway = new Set<() => void>();

  function schedule(): void {
    if (scheduled || busy >= lanes || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (busy < lanes && waiting.length > 0) void leave(nextBatch());
    });
  }

  function nextBatch(): readonly Call[] {
    const items: Item[] = [];
    for (const { item } of waiting) {
      if (items.length === limit || !fits(items, item)) break;
      items.push(item);
    }
    const calls = waiting.slice(0, items.length);
    waiting = waiting.slice(items.length);
    return calls;
  }

  async function leave(calls: readonly Call[]): Promise<void> {
    busy += 1;
    const release = () => {
      if (!underway.delete(release)) return;
      busy -= 1;
      schedule();
    };
    underway.add(release);
    void watch();
    await settle(calls);
    release();
  }

  async function watch(): Promise<void> {
    if (watching) return;
    watching = true;
    while (underway.size > 0) {
      const seen = [...underway];
      await clock.sleep(PATIENCE_MS);
      for (const release of seen) release();
    }
    watching = false;
  }

  async function settle(calls: readonly Call[]): Promise<void> {
    try {
      const answers = await run(calls.map((call) => call.item));
      for (const [at, call] of calls.entries()) call.resolve(answers[at]!);
    } catch (error) {
      if (calls.length > 1 && isolates(error)) for (const call of calls) await settle([call]);
      else for (const call of calls) call.reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
