import type { HistoryEvent } from "../../history/event.ts";
import type { Limits } from "../../policy/policy.ts";
import type { HoldState } from "../guard/hold.ts";
import type { SyncMode } from "../policy.ts";
import type { Exceeded } from "./weigh.ts";

/* Which rules a target was worked on by, and what becomes of others: every process reads and writes the same row. */

/** The mode, and the versions of mapping and policy. */
export interface Rules {
  readonly mapping: string;
  readonly mode: string;
  readonly policy: string;
}

/** Rules by their versions, with the limits of the policy. */
export interface WrittenRules extends Omit<Rules, "mode" | "policy"> {
  /** Unknown of what was written before there were policies. */
  readonly policy?: string;
  readonly limits?: Limits;
}

export interface KnownRules {
  /** By which everybody was last looked at. Who works by others claims nothing. */
  readonly inForce: Partial<Rules>;
  /** By which something may have been written last; undefined before the first write. */
  readonly written?: WrittenRules;
  readonly orderedMode?: SyncMode;
  /** Whether all whom the rules in force concern have been marked. */
  readonly marked: boolean;
}

/** A hold of rules that would touch more than the limits. */
export interface RulesHold {
  readonly id: string;
  readonly state: HoldState;
  /** An approval that counts still. */
  readonly counts: boolean;
  readonly openedAt: Date;
  readonly mapping: string;
  readonly policy: string;
}

/** What is held back as a whole, with what the plan would touch too much of. */
export interface HoldOfRules {
  readonly id: string;
  readonly at: Date;
  readonly mapping: string;
  readonly policy: string;
  readonly before: WrittenRules;
  readonly exceeded: readonly Exceeded[];
  /** People there. */
  readonly present: number;
  /** Whatever the plan says follows from it. */
  readonly otherMapping: boolean;
}

export interface RulesStore {
  rules(): Promise<KnownRules>;
  /** Puts them in force, with the events that say so; from then on nobody works by others. */
  putInForce(rules: Rules, events: readonly HistoryEvent[]): Promise<void>;
  /** Everybody in the directory, and every department and role; how many. */
  markAll(causes: readonly string[]): Promise<number>;
  /** Everybody who is held, and who has left and is there still. */
  markHeld(causes: readonly string[]): Promise<number>;
  endMarking(): Promise<void>;
  /** They may be written by. */
  letWrite(rules: WrittenRules): Promise<void>;
  /** The last hold of these rules. */
  holdOfRules(rules: Pick<Rules, "mapping" | "policy">): Promise<RulesHold | undefined>;
  openHoldOfRules(): Promise<RulesHold | undefined>;
  /** The rules that were held are gone. */
  dissolveHoldOfRules(): Promise<void>;
  /** Whether another process lives that works by these. */
  othersWorkBy(rules: Partial<Rules>, ownId: string): Promise<boolean>;
  /** Members of an approved hold tell when they are done. */
  followMembers(holdId: string): Promise<void>;
  /** Runs `work` unless another process is at it; false then. */
  aloneAtWeighing(work: () => Promise<void>): Promise<boolean>;
}
