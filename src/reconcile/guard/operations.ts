import type { JsonObject } from "../../core/entity.ts";
import type { Operator } from "../operator-event.ts";
import type { Agreement, Hold, HoldMember, HoldState } from "./hold.ts";

/* Holds for operators, and their decisions. */

export interface HoldPage {
  readonly holds: readonly Hold[];
  readonly next?: string;
}

export interface MemberPage {
  readonly members: readonly HoldMember[];
  readonly next?: string;
}

export type Decision =
  | { readonly kind: "decided"; readonly hold: Hold }
  /** One person has approved. A second person has to approve too. */
  | { readonly kind: "needsSecond"; readonly hold: Hold }
  /** The hold has changed or is already decided. No effect. */
  | { readonly kind: "moved"; readonly hold: Hold }
  | { readonly kind: "unknown" };

/** Who decides. `name`: distinguishes two people with the same actor, as at the command line. */
export interface Decider extends Operator {
  readonly name?: string;
  readonly detail?: JsonObject;
}

export interface HoldOperations {
  /** Newest first. */
  list(query: {
    readonly state?: HoldState;
    readonly after?: string;
    readonly count: number;
  }): Promise<HoldPage>;
  get(id: string): Promise<Hold | undefined>;
  members(id: string, query: { readonly after?: string; readonly count: number }): Promise<MemberPage>;
  openCount(): Promise<number>;
  /** `alone`: one approval is enough, as in the sandbox. */
  approve(
    id: string,
    agreement: Agreement,
    operator: Decider,
    options: { readonly alone: boolean },
  ): Promise<Decision>;
  reject(id: string, agreement: Agreement, operator: Decider): Promise<Decision>;
}
