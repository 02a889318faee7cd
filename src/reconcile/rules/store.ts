import type { HistoryEvent } from "../../history/event.ts";
import type { Limits } from "../../policy/policy.ts";
import type { HoldState } from "../guard/hold.ts";
import type { SyncMode } from "../policy.ts";
import type { Exceeded } from "./weigh.ts";

/* The rules of a target and decisions about new ones. All processes share one row. */

/** The mode, and the versions of mapping and policy. */
export interface Rules {
  readonly mapping: string;
  readonly mode: string;
  readonly policy: string;
}

/** Rules by their versions, with the limits of the policy. */
export interface WrittenRules extends Omit<Rules, "mode" | "policy"> {
  /** Undefined for writes before policies existed. */
  readonly policy?: string;
  readonly limits?: Limits;
  /**
   * Digest of the rules about leavers. Undefined: not known, for example after a write by an earlier version.
   */
  readonly leavers?: string;
}

export interface KnownRules {
  /** The rules by which everybody was last marked. A process with other rules claims nothing. */
  readonly inForce: Partial<Rules>;
  /** The rules of the last possible write. Undefined before the first write. */
  readonly written?: WrittenRules;
  readonly orderedMode?: SyncMode;
  /** Whether all entities that the rules in force concern are marked. */
  readonly marked: boolean;
}

/** A hold of rules that would exceed the limits. */
export interface RulesHold {
  readonly id: string;
  readonly state: HoldState;
  /** The approval is still valid. */
  readonly counts: boolean;
  readonly openedAt: Date;
  readonly mapping: string;
  readonly policy: string;
  /**
   * The held rules decide about leavers as the earlier ones do, so leavers leave while nobody has decided.
   */
  readonly leaversGoOn: boolean;
}

/** New rules that are held, with the limits that their plan would exceed. */
export interface HoldOfRules {
  readonly id: string;
  readonly at: Date;
  readonly mapping: string;
  readonly policy: string;
  /** Digest of the rules about leavers. */
  readonly leavers: string;
  readonly before: WrittenRules;
  readonly exceeded: readonly Exceeded[];
  /** Number of people at the target. */
  readonly present: number;
  /** True: all changes of the plan are caused by the mapping. */
  readonly otherMapping: boolean;
}

export interface RulesStore {
  rules(): Promise<KnownRules>;
  /** Puts the rules in force, with their events. Processes with other rules stop working. */
  putInForce(rules: Rules, events: readonly HistoryEvent[]): Promise<void>;
  /** Marks everybody in the directory, and each department and role. Resolves with their number. */
  markAll(causes: readonly string[]): Promise<number>;
  /** Marks everybody who is held, and leavers who are still at the target. Resolves with their number. */
  markHeld(causes: readonly string[]): Promise<number>;
  endMarking(): Promise<void>;
  /** Allows writes by these rules. */
  letWrite(rules: WrittenRules & { readonly leavers: string }): Promise<void>;
  /** The last hold of these rules. */
  holdOfRules(rules: Pick<Rules, "mapping" | "policy">): Promise<RulesHold | undefined>;
  openHoldOfRules(): Promise<RulesHold | undefined>;
  /** Dissolves the hold, because no process has its rules any more. */
  dissolveHoldOfRules(): Promise<void>;
  /** Whether another live process works by these rules. */
  othersWorkBy(rules: Partial<Rules>, ownId: string): Promise<boolean>;
  /** Follows the members of an approved hold until they are done. */
  followMembers(holdId: string): Promise<void>;
  /** Runs `work` unless another process runs it. Resolves with false in that case. */
  aloneAtWeighing(work: () => Promise<void>): Promise<boolean>;
}
