import type { HistoryEvent } from "../../history/event.ts";
import type { Attributes } from "../target-values.ts";

/** Somebody who came into the target, and whose manager is to be told. */
export interface Newcomer {
  readonly id: string;
  /** The event that says so. */
  readonly outcome: string;
  readonly cameAt: Date;
  readonly attempts: number;
  /** What the target holds of them; undefined when they are not there any more, or not looked at yet. */
  readonly attributes: Attributes | undefined;
}

export interface NewcomerStore {
  /** Notes who came since the last look, of all processes. The first look of all only marks where to begin: whoever was there before is no newcomer. */
  notice(now: Date): Promise<void>;
  /** Takes some whose time has come, for `leaseMs`; none while an operator has stopped everything. */
  take(now: Date, limits: { readonly count: number; readonly leaseMs: number }): Promise<readonly Newcomer[]>;
  told(id: string, event: HistoryEvent): Promise<void>;
  /** To be tried again. */
  later(id: string, nextAt: Date): Promise<void>;
  /** `nobody`: there is no manager to tell. */
  giveUp(id: string, as: "nobody" | "failed"): Promise<void>;
}
