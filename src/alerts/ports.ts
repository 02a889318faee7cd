import type { HistoryEvent } from "../history/event.ts";
import type { ChannelName } from "./channels/channel.ts";
import type { Changes, OpenIncident, Seen } from "./incident.ts";
import type { IncidentFacts, Occasion } from "./messages/incident-facts.ts";
import type { AlertFacts } from "./rules/facts.ts";
import type { Rhythms } from "./rules/rhythm.ts";

/** The state from one evaluation to the next, in any process. */
export interface Memory {
  readonly seen: Seen;
  readonly rhythms: Rhythms;
  /** Time when a checkpoint was last given to the channels. */
  readonly checkpointAtMs?: number;
}

export interface Known {
  readonly facts: AlertFacts;
  readonly incidents: readonly OpenIncident[];
  readonly memory: Memory;
}

export interface Decided extends Omit<Changes, "seen"> {
  readonly memory: Memory;
  /** A checkpoint to send on every channel. */
  readonly checkpoint?: string;
}

export interface AlertStore {
  /**
   * Evaluates the rules, unless another process does so now or did so within `paceMs`. Reading, deciding and
   * writing are one transaction, so an incident and its deliveries are stored together. False: it was not
   * this process's turn.
   */
  evaluate(
    turn: { readonly now: Date; readonly paceMs: number; readonly channels: readonly ChannelName[] },
    decide: (known: Known) => Decided,
  ): Promise<boolean>;
  /**
   * Claims due deliveries for a minute; then a dead claimer loses them. At most `perMinute` in any minute,
   * for all processes.
   */
  claim(channel: ChannelName, now: Date, perMinute: number | undefined): Promise<readonly Claimed[]>;
  sent(id: string, at: Date): Promise<void>;
  /** `nextAt` undefined: no further attempt. */
  failed(id: string, failure: { readonly error: string; readonly nextAt: Date | undefined }): Promise<void>;
  /** Some of the people concerned, by name. */
  names(incident: IncidentFacts, count: number): Promise<readonly string[]>;
  /** Records a closed test incident with one message for each channel. Resolves with the ids by channel. */
  test(now: Date, channels: readonly ChannelName[], event: HistoryEvent): Promise<readonly Claimed[]>;
}

export interface Claimed {
  readonly id: string;
  readonly channel: ChannelName;
  readonly occasion: Occasion;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly about: IncidentFacts;
}

/** Events that happen once and change no stored state. */
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
