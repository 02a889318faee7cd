import type { HistoryEvent } from "../history/event.ts";

/** An event with its position in the feed. */
export interface NumberedEvent {
  /** From 1, without gaps. Later commits have larger numbers. */
  readonly position: number;
  readonly event: HistoryEvent;
}

/** The right to send to one consumer, until the end of `lease`. */
export interface Turn {
  readonly lease: string;
  /** All events up to this position are delivered. */
  readonly position: number;
  /** Consecutive failed attempts. */
  readonly attempts: number;
}

export interface ConsumerFigures {
  readonly consumer: string;
  readonly position: number;
  /** Number of undelivered events. */
  readonly behind: number;
  /** Time of the oldest undelivered event. */
  readonly oldest?: Date;
  readonly attempts: number;
  readonly error?: string;
  readonly movedAt?: Date;
}

/** Order and cursors of the feed. All processes may use it at any time, and all waits are short. */
export interface FeedStore {
  /** Begins the order if there is none, and creates a cursor at its end for each new consumer. */
  register(consumers: readonly string[]): Promise<void>;
  /**
   * Numbers the events that were committed since the last call. Resolves with their count; 0 if another
   * process does this now.
   */
  order(): Promise<number>;
  /** The next undelivered events of the consumer, in order. */
  read(after: number, count: number): Promise<readonly NumberedEvent[]>;
  /** Undefined: nothing to send, not yet due, or another process sends. */
  take(consumer: string, leaseMs: number): Promise<Turn | undefined>;
  /** False: another process has the lease by now. Otherwise the turn continues for `leaseMs`. */
  advance(consumer: string, turn: Turn, position: number, leaseMs: number): Promise<boolean>;
  end(consumer: string, turn: Turn): Promise<void>;
  /** Ends the turn. Events delivered before the failure count. */
  fail(
    consumer: string,
    turn: Turn,
    failure: { readonly position: number; readonly error: string; readonly waitMs: number },
  ): Promise<void>;
  /**
   * For a consumer that polls: stores its acknowledgements, and resolves with the next unacknowledged events
   * that it `wants`. Its position passes all events that are acknowledged or not wanted.
   */
  poll(
    consumer: string,
    asked: {
      readonly acknowledged: readonly string[];
      readonly count: number;
      wants(event: HistoryEvent): boolean;
    },
  ): Promise<{ readonly events: readonly NumberedEvent[]; readonly more: boolean }>;
  /** Sends all events from `from` on again, and records `event`. False: there is no such position. */
  replay(consumer: string, from: number, event: HistoryEvent): Promise<boolean>;
  /**
   * Moves the consumer after the newest event, or deletes it, and records `event`. False: unknown consumer.
   */
  reset(consumer: string, how: { readonly forget: boolean }, event: HistoryEvent): Promise<boolean>;
  figures(): Promise<readonly ConsumerFigures[]>;
}
