import type { EntityKind, EntityRef } from "../../core/entity.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Actual, Attributes } from "../target-values.ts";

/** The part of the store that the comparison with the target's lists needs. */
export interface SweepStore {
  /** Records the start of the comparison. */
  beginSweep(event: HistoryEvent): Promise<void>;
  /**
   * The present time by the clock of the store. Observations after this time are newer than a list that
   * begins now.
   */
  moment(): Promise<Date>;
  /** `missedEvents`: the number of differences for which an event of the target should have arrived. */
  endSweep(event: HistoryEvent, missedEvents: number): Promise<void>;
  /** The links to these remote ids, by remote id. */
  linksTo(kind: EntityKind, remoteIds: readonly string[]): Promise<ReadonlyMap<string, LinkTo>>;
  /** Links whose last observation is older than `since`, in pages. */
  linksBefore(
    kind: EntityKind,
    since: Date,
  ): AsyncIterable<readonly { readonly id: string; readonly remoteId: string }[]>;
  /**
   * Stores the values of a list, unless a run has observed the entity since. Makes the entity due if the
   * values are `wrong`.
   */
  noteObserved(ref: EntityRef, seen: Seen, since: Date, causes: readonly string[]): Promise<void>;
  /**
   * Drops the observation, unless a run has observed the entity since, and makes the entity due. `replaced`:
   * the link leads to another object now.
   */
  noteMissing(ref: EntityRef, since: Date, causes: readonly string[], how?: "replaced"): Promise<void>;
  /** What decides whether objects at the target with these ids are ours. */
  ownership(kind: EntityKind, ids: readonly string[]): Promise<Ownership>;
  /** Links the remote object to the entity, replacing any former link, and requeues the entity. */
  relink(ref: EntityRef, seen: Omit<Seen, "wrong">, causes: readonly string[]): Promise<void>;
  /** Makes entities due that have neither a scheduled time nor a run. Resolves with their number. */
  repair(): Promise<number>;
  /** Requeues entities with refused values. */
  markRefused(causes: readonly string[]): Promise<void>;
  /**
   * Makes one entity due for each of these conditions at the target, of all that are parked for the
   * condition.
   */
  tryCauses(causes: readonly string[]): Promise<void>;
  /**
   * Marks people and groups of the directory that have no state for this target. Resolves with their number.
   */
  markUnknown(causes: readonly string[]): Promise<number>;
}

export interface LinkTo {
  readonly id: string;
  readonly status: "intended" | "owned";
  readonly observed: Observation | undefined;
  /** The values of an earlier observation. The next read uses them for attributes that it does not return. */
  readonly remembered?: Attributes;
}

/** What decides whether objects at the target with ids of our form are ours. */
export interface Ownership {
  /** By id. Leaves out ids that we do not know. */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Periods whose events were lost by a restore of the database. */
  readonly lostPeriods: readonly Period[];
  /** Pairs (`pairKey`) of these entities and remote ids that a person has rejected. */
  readonly rejected: ReadonlySet<string>;
}

/** An entity that the directory, the states, the links or the history know. */
export interface Owner {
  /** The remote id of its link, if it has one. */
  readonly remoteId: string | undefined;
}

export interface Period {
  readonly since: Date;
  readonly until: Date;
}

export interface Seen {
  readonly actual: Actual;
  readonly containers: readonly string[];
  readonly wrong: boolean;
}

export interface Observation {
  readonly attributes: Attributes;
  readonly presence: Actual["presence"];
}
