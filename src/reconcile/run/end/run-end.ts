import type { EntityKind } from "../../../core/entity.ts";
import type { Changes } from "../../../history/event.ts";
import type { Plan } from "../../plan.ts";
import type { Stuck, Waiting } from "../../reasons.ts";
import type { Note } from "../../target-values.ts";

/** The five states of an entity. docs/threats.md I4 relies on them. */
export type SyncState = "inSync" | "due" | "waiting" | "held" | "parked";

/** The target's reason for refusing a value. */
export interface Explanation {
  readonly reasonCode: string;
  readonly answer: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Holder of a value: the id of a managed entity, or the remote id of an unmanaged one if known. */
export interface HeldBy {
  readonly kind: EntityKind;
  readonly id?: string;
  readonly remoteId?: string;
}

/** The effect of a plan, in the form of the history's events. */
export interface Planned {
  readonly action: Plan["action"];
  readonly changes: Changes;
}

/** How one run over one entity ended. */
export type RunEnd =
  /** `on`: holders of the refused values; any write about them requeues this entity. */
  | {
      readonly kind: "inSync";
      readonly notes: readonly Note[];
      readonly on?: readonly string[];
      readonly holder?: HeldBy;
    }
  | { readonly kind: "again" }
  | Waiting
  | (Stuck<"held"> & { readonly planned?: Planned })
  | Stuck<"parked">
  /** Another entity had the value a moment ago and may have released it. */
  | { readonly kind: "soon"; readonly explanation: Explanation }
  /**
   * Other entities of ours hold values that this one needs. `holderMoves`: they will leave or change soon, so
   * the values may become free.
   */
  | {
      readonly kind: "blocked";
      readonly by: readonly string[];
      readonly holderMoves: boolean;
      readonly explanation: Explanation;
      readonly holder?: HeldBy;
      readonly notes: readonly Note[];
    }
  /**
   * The person was invited and has not accepted. They can still accept for `leftMs` milliseconds. `leaves`:
   * the directory no longer wants them at the target.
   */
  | { readonly kind: "invited"; readonly leaves: boolean; readonly leftMs: number; readonly remedy: string }
  /** `on`: other entities whose state the failure makes doubtful. They run first. */
  | { readonly kind: "failed"; readonly error: unknown; readonly on?: readonly string[] };

export interface Pause {
  readonly ms: number;
  readonly reason: string;
  readonly reasonCode: string;
}

export interface NextState {
  readonly state: SyncState;
  /** Milliseconds until the next run; undefined: only a change or an operator requeues it. */
  readonly nextMs: number | undefined;
  readonly attempts: number;
  /** Stable code of the reason: one of LOOP_REASONS, or the adapter's. */
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly waitingOn?: readonly string[];
  /** The entity that has a value which this entity needs. */
  readonly holder?: HeldBy;
  /** The plan that the mode does not allow. */
  readonly planned?: Planned;
  readonly answer?: string;
  readonly notes?: readonly Note[];
  /**
   * Whether the entities that it waits for are requeued once, because one of them can release its value.
   * Unset: no cycle is known.
   */
  readonly inCircle?: boolean;
  /** The stored observation is unreliable, so the next run reads before its plan. */
  readonly observeFirst: boolean;
  /** All processes are paused for this time. */
  readonly pauseAll?: Pause;
  /** Only this process is paused. Other processes may claim the entity. */
  readonly pauseHere?: Pause & { readonly remedy: string };
}
