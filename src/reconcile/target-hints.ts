import type { Attributes } from "./target-values.ts";

/*
 * Change events of a target. An event is a reason to read, and its values are never used. Events may be lost,
 * repeated or late. Our own writes cause events too.
 */

export interface TargetHint {
  /** The target's id of the event. A redelivery has the same id. */
  readonly eventId: string;
  /** The target's name for this kind of event. */
  readonly type: string;
  /** Time of the change by the target's clock. The latest event describes the present state. */
  readonly atMs: number;
  readonly about: readonly HintSubject[];
}

export interface HintSubject {
  readonly kind: "user" | "department";
  readonly remoteId: string;
  /** The reported values by name. Empty: the event has nothing to compare. */
  readonly reported: Readonly<Record<string, ReportedPart>>;
  /**
   * Which attributes that we cannot read may differ from the remembered values: the reported ones, or any.
   */
  readonly concerns: "reported" | "anything";
  /** The event says that the object appeared, as a new object or again. */
  readonly appears?: boolean;
  /**
   * Names of calls (in `TargetCall`) that cause such an event. Only for events without values by which our
   * own write could be recognised.
   */
  readonly raisedBy?: readonly string[];
}

export interface ReportedPart {
  /** The attributes that the value stands for. */
  readonly names: readonly string[];
  /** Pure. Whether the value equals the remembered state, as after our own write. */
  isKnown(remembered: Attributes): boolean;
}

/** Why a connection cannot be opened, or was closed. */
export type ListeningEnd = "askedBack" | "closed" | "silent" | "refused";

export type ListeningState =
  | { readonly kind: "listening" }
  /** `failures`: consecutive failed attempts. `reason`: a code of ours or of the target. */
  | {
      readonly kind: "disconnected";
      readonly failures: number;
      readonly end: ListeningEnd;
      readonly reason: string;
    };

export interface HintListener {
  /**
   * Resolves once the hints are stored; then they are acknowledged to the target. A rejection causes a
   * redelivery.
   */
  receive(hints: readonly TargetHint[]): Promise<void>;
  /** The listener received something, at least a heartbeat. */
  alive(): void;
  state(state: ListeningState): void;
}
