import type { HistoryEvent } from "../../history/event.ts";
import type { Attributes } from "../target-values.ts";

/** A person who was created at the target, and whose manager should get a note. */
export interface Newcomer {
  readonly id: string;
  /** Id of the event of the creation. */
  readonly outcome: string;
  readonly cameAt: Date;
  readonly attempts: number;
  /** The values at the target. Undefined: the person is no longer there, or was not observed yet. */
  readonly attributes: Attributes | undefined;
}

export interface NewcomerStore {
  /**
   * Records the people created since the last call, for all processes. The first call ever only stores the
   * starting point: earlier people are no newcomers.
   */
  notice(now: Date): Promise<void>;
  /** Claims due newcomers for `leaseMs` milliseconds. None while an operator has paused the loop. */
  take(now: Date, limits: { readonly count: number; readonly leaseMs: number }): Promise<readonly Newcomer[]>;
  sent(id: string, event: HistoryEvent): Promise<void>;
  /** The note failed and is tried again at `nextAt`. */
  later(id: string, nextAt: Date): Promise<void>;
  /** `nobody`: there is no manager to write to. */
  giveUp(id: string, as: "nobody" | "failed"): Promise<void>;
}
