import type { Attributes } from "./target-values.ts";

/* Change events of a target. They are hints to read, never values: events may be lost, repeated or late, and our own writes raise them too. */

export interface TargetHint {
  /** The target's id of the event: a redelivery has the same one. */
  readonly eventId: string;
  /** The target's own name of what happened. */
  readonly type: string;
  /** Time of the change by the target's clock: the latest event has the present state. */
  readonly atMs: number;
  readonly about: readonly HintSubject[];
}

export interface HintSubject {
  readonly kind: "user" | "department";
  readonly remoteId: string;
  /** The reported values by name. Empty: nothing can be compared. */
  readonly told: Readonly<Record<string, Told>>;
  /** Which unreadable attributes may differ from the remembered ones: the reported ones, or any. */
  readonly concerns: "told" | "anything";
  /** The event says that the thing is there from now on, as a new one or again. */
  readonly appears?: boolean;
  /** Names of calls (in `TargetCall`) that raise such an event, if it has no values by which our own write could be recognised. */
  readonly raisedBy?: readonly string[];
}

export interface Told {
  /** Attributes it is about. */
  readonly names: readonly string[];
  /** Pure. Whether it equals the remembered state, as after our own write. */
  isKnown(remembered: Attributes): boolean;
}

/** Why a connection cannot be opened, or was closed. */
export type ListeningEnd = "askedBack" | "closed" | "silent" | "refused";

export type ListeningState =
  | { readonly kind: "listening" }
  /** `failures`: consecutive failed attempts. `reason`: a code of ours or of the target. */
  | { readonly kind: "disconnected"; readonly failures: number; readonly end: ListeningEnd; readonly reason: string };

export interface HintListener {
  /** Resolves once the hints are stored; then they are acknowledged to the target. A rejection causes a redelivery. */
  receive(hints: readonly TargetHint[]): Promise<void>;
  /** Something was received, at least a heartbeat. */
  heard(): void;
  state(state: ListeningState): void;
}
