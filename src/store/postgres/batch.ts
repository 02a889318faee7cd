import { type Clock, systemClock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";

export interface BatchOptions<Item> {
  /** The largest number of items in a batch. */
  readonly limit?: number;
  /**
   * The largest number of batches that run at the same time; 1 unless set. Fewer lanes make larger batches,
   * which cost less.
   */
  readonly lanes?: number;
  /**
   * True: the item may join the batch. False: it begins the next batch. It is not asked for the first item of
   * a batch.
   */
  readonly fits?: (batch: readonly Item[], item: Item) => boolean;
  /**
   * True: a failed batch may have failed because of one item. Then each item runs again alone, and its caller
   * gets only its own result.
   */
  readonly isolates?: (error: unknown) => boolean;
  /**
   * The next batch always waits for the previous one, however long that takes. For items that must see what
   * earlier items have written.
   */
  readonly strict?: boolean;
  /**
   * Limit of the wait of a caller. After it the call rejects with Unavailable, whatever the batch waits for:
   * an earlier batch, the database or a lock. A call that has not been sent by then is never sent. The result
   * of a call that has been sent is unknown.
   */
  readonly answerWithinMs?: number;
  readonly clock?: Clock;
}

/**
 * Number of turns of the event loop that a batch waits for more items. In an idle process they take a few
 * microseconds. In a busy process requests arrive meanwhile. Measured with 8 clients that read by id: with
 * one turn 4.0 look-ups per statement and 0.34 ms of processor time per request, with three turns 7.0 and
 * 0.22 to 0.31.
 */
const BATCH_WINDOW_TICKS = 3;

/** A batch that takes longer probably waits for a lock. Then the next batch does not wait for it. */
const STALL_MS = 50;

/**
 * Number of items of a failed batch that run alone at the same time. An item that waits for a lock must not
 * delay the others, and must not use all connections.
 */
const ALONE = 4;

/** `answerWithinMs` for statements of a request. */
export const REQUEST_MS = 4_500;

interface Call<Item, Answer> {
  readonly item: Item;
  readonly calledMs: number;
  givenUp: boolean;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * `fits` that never throws, because an error outside a promise would end the process. A wrong item gets its
 * error from `run`.
 */
function fitsSafely<Item>(
  fits: (batch: readonly Item[], item: Item) => boolean,
  items: readonly Item[],
  item: Item,
): boolean {
  try {
    return items.length === 0 || fits(items, item);
  } catch {
    return false;
  }
}

/**
 * Joins concurrent calls to batches. Calls that arrive while all lanes are busy go into the next batch, so
 * batches grow with the load. `run` must answer in the order of its items. If it rejects, all calls of the
 * batch reject.
 */
export function batched<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  {
    limit = 200,
    lanes = 1,
    fits = () => true,
    isolates = () => false,
    strict = false,
    answerWithinMs,
    clock = systemClock,
  }: BatchOptions<Item> = {},
): (item: Item) => Promise<Answer> {
  type OwnCall = Call<Item, Answer>;
  let waiting: OwnCall[] = [];
  /** Running batches that occupy a lane. */
  const underway = new Set<readonly OwnCall[]>();
  let scheduled = false;
  let watching = false;
  /** All running batches, including those that have stalled and given up their lane. */
  const unanswered = new Set<readonly OwnCall[]>();

  function schedule(): void {
    if (scheduled || underway.size >= lanes || waiting.length === 0) return;
    scheduled = true;
    gather(BATCH_WINDOW_TICKS);
  }

  function gather(turns: number): void {
    setImmediate(() => {
      if (turns > 1) return gather(turns - 1);
      scheduled = false;
      const calls = nextBatch();
      // All waiting calls may have timed out meanwhile.
      if (calls.length > 0) void leave(calls);
      schedule();
    });
  }

  function nextBatch(): readonly OwnCall[] {
    const items: Item[] = [];
    for (const { item } of waiting) {
      if (items.length === limit || !fitsSafely(fits, items, item)) break;
      items.push(item);
    }
    const calls = waiting.slice(0, items.length);
    waiting = waiting.slice(items.length);
    return calls;
  }

  async function leave(calls: readonly OwnCall[]): Promise<void> {
    underway.add(calls);
    unanswered.add(calls);
    void watch();
    await settle(calls);
    unanswered.delete(calls);
    arrived(calls);
  }

  function arrived(calls: readonly OwnCall[]): void {
    if (underway.delete(calls)) schedule();
  }

  async function watch(): Promise<void> {
    if (watching || (strict && answerWithinMs === undefined)) return;
    watching = true;
    while (unanswered.size > 0) {
      const seen = [...underway];
      await clock.sleep(STALL_MS);
      if (!strict) for (const calls of seen) arrived(calls);
      if (answerWithinMs !== undefined) giveUp(clock.monotonicMs() - answerWithinMs);
    }
    watching = false;
  }

  function giveUp(beforeMs: number): void {
    const late = [waiting, ...unanswered].flat().filter((call) => call.calledMs < beforeMs && !call.givenUp);
    if (late.length === 0) return;
    for (const call of late) {
      call.givenUp = true;
      call.reject(new Unavailable("the database takes too long to answer"));
    }
    waiting = waiting.filter((call) => !call.givenUp);
  }

  async function settle(calls: readonly OwnCall[]): Promise<void> {
    try {
      const answers = await run(calls.map((call) => call.item));
      for (const [at, call] of calls.entries()) call.resolve(answers[at]!);
    } catch (error) {
      if (calls.length > 1 && isolates(error)) await settleAlone(calls);
      else for (const call of calls) call.reject(error);
    }
  }

  async function settleAlone(calls: readonly OwnCall[]): Promise<void> {
    const left = calls.values();
    const next = async (): Promise<void> => {
      for (const call of left) if (!call.givenUp) await settle([call]);
    };
    await Promise.all(Array.from({ length: strict ? 1 : ALONE }, next));
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, calledMs: clock.monotonicMs(), givenUp: false, resolve, reject });
      schedule();
    });
}
