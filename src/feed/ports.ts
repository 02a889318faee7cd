import type { HistoryEvent } from "../history/event.ts";

/** An event at its place in the feed. */
export interface NumberedEvent {
  /** From 1, without gaps; larger for whatever was committed later. */
  readonly position: number;
  readonly event: HistoryEvent;
}

/** The right to send to one consumer, until `lease` ends. */
export interface Turn {
  readonly lease: string;
  /** Everything up to here has been delivered. */
  readonly position: number;
  /** Tries that failed since the last that did not. */
  readonly attempts: number;
}

export interface ConsumerFigures {
  readonly consumer: string;
  readonly position: number;
  /** Events it has not got yet. */
  readonly behind: number;
  /** When the oldest of them happened. */
  readonly oldest?: Date;
  readonly attempts: number;
  readonly error?: string;
  readonly movedAt?: Date;
}

/** Order and cursors of the feed. Every process may use it at any time; all waits are short. */
export interface FeedStore {
  /** Begins the order, if there is none, and a cursor behind its end for each consumer that has none. */
  register(consumers: readonly string[]): Promise<void>;
  /** Gives the next numbers to what was committed since the last time. Returns to how many; 0 where another process is at it. */
  order(): Promise<number>;
  /** The next of those that the consumer has not got, in order. */
  read(after: number, count: number): Promise<readonly NumberedEvent[]>;
  /** Undefined: nothing to send, not yet, or somebody else sends. */
  take(consumer: string, leaseMs: number): Promise<Turn | undefined>;
  /** False: the lease is another's by now. The turn goes on for `leaseMs`. */
  advance(consumer: string, turn: Turn, position: number, leaseMs: number): Promise<boolean>;
  end(consumer: string, turn: Turn): Promise<void>;
  /** Ends the turn. What was delivered before the failure counts. */
  fail(
    consumer: string,
    turn: Turn,
    failure: { readonly position: number; readonly error: string; readonly waitMs: number },
  ): Promise<void>;
  /**
   * For a consumer that fetches: takes its acknowledgements, and returns the next events it `wants` that it has not acknowledged. Its position moves over everything
   * that is acknowledged or not wanted.
   */
  poll(
    consumer: string,
    asked: { readonly acknowledged: readonly string[]; readonly count: number; wants(event: HistoryEvent): boolean },
  ): Promise<{ readonly events: readonly NumberedEvent[]; readonly more: boolean }>;
  /** Sends everything from `from` again, and records `event`. False: there is no such position. */
  replay(consumer: string, from: number, event: HistoryEvent): Promise<boolean>;
  /** Moves the consumer after the newest event, or deletes it, and records `event`. False: unknown consumer. */
  reset(consumer: string, how: { readonly forget: boolean }, event: HistoryEvent): Promise<boolean>;
  figures(): Promise<readonly ConsumerFigures[]>;
}
