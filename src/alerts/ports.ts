import type { HistoryEvent } from "../history/event.ts";
import type { ChannelName } from "./channels/channel.ts";
import type { AlertFacts } from "./facts.ts";
import type { Changes, OpenIncident, Seen } from "./incident.ts";
import type { Rhythms } from "./rhythm.ts";
import type { Occasion, Told } from "./told.ts";

/** What one look hands on to the next, whichever process makes it. */
export interface Memory {
  readonly seen: Seen;
  readonly rhythms: Rhythms;
  /** When a checkpoint was last handed to the channels. */
  readonly checkpointAtMs?: number;
}

export interface Known {
  readonly facts: AlertFacts;
  readonly incidents: readonly OpenIncident[];
  readonly memory: Memory;
}

export interface Decided extends Omit<Changes, "seen"> {
  readonly memory: Memory;
  /** To be sent on every channel. */
  readonly checkpoint?: string;
}

export interface AlertStore {
  /**
   * Looks, unless another process does so now or did within `paceMs`: what is read, decided and written is one transaction, so that an incident and its
   * deliveries are there together or not at all. False when it was not this process's turn.
   */
  look(
    turn: { readonly now: Date; readonly paceMs: number; readonly channels: readonly ChannelName[] },
    decide: (known: Known) => Decided,
  ): Promise<boolean>;
  /** Claims due deliveries for a minute, after which a dead claimer loses them. At most `perMinute` in any minute, for all processes. */
  claim(channel: ChannelName, now: Date, perMinute: number | undefined): Promise<readonly Claimed[]>;
  sent(id: string, at: Date): Promise<void>;
  /** `nextAt` undefined: given up. */
  failed(id: string, failure: { readonly error: string; readonly nextAt: Date | undefined }): Promise<void>;
  /** Some of the people concerned, by name. */
  names(incident: Told, count: number): Promise<readonly string[]>;
  /** An incident that is over as it begins, with one message for each of the channels: to see whether they work. The ids by channel. */
  test(now: Date, channels: readonly ChannelName[], event: HistoryEvent): Promise<readonly Claimed[]>;
}

export interface Claimed {
  readonly id: string;
  readonly channel: ChannelName;
  readonly occasion: Occasion;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly told: Told;
}

/** What happened once and leaves no trace in the state of anything. */
export interface SignalStore {
  /** Adds to a streak. A valid request of the source resets it. */
  add(
    signals: readonly {
      readonly code: string;
      readonly key: string;
      readonly tokenId?: string;
      readonly count: number;
      readonly firstAt: Date;
      readonly lastAt: Date;
    }[],
  ): Promise<void>;
}
