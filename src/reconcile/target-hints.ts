import type { Attributes } from "./target-values.ts";

/* What a target says by itself of changes. It is a reason to look, never a value: messages may be lost, repeated, late, and our own writes cause them too. */

export interface TargetHint {
  /** The target's own id of it: the same one comes again with it. */
  readonly eventId: string;
  /** The target's own name of what happened. */
  readonly type: string;
  /** When it happened, by the target's clock: what came later tells what is there now. */
  readonly atMs: number;
  readonly about: readonly HintSubject[];
}

export interface HintSubject {
  readonly kind: "user" | "department";
  readonly remoteId: string;
  /** What it tells, each part by its name. Empty: nothing of it can be compared. */
  readonly told: Readonly<Record<string, Told>>;
  /** What may be otherwise than remembered, of that which a read does not show: what is told, or anything. */
  readonly concerns: "told" | "anything";
  /** Calls that raise such an event, by their names in a `TargetCall`, where it tells nothing else by which a write of ours could be known. */
  readonly raisedBy?: readonly string[];
}

export interface Told {
  /** Attributes it is about. */
  readonly names: readonly string[];
  /** Pure. Whether it is what was remembered already, as after a write of ours. */
  isKnown(remembered: Attributes): boolean;
}

/** What keeps a connection from standing, or ended it. */
export type ListeningEnd = "askedBack" | "closed" | "silent" | "refused";

export type ListeningState =
  | { readonly kind: "listening" }
  /** `failures`: attempts in a row that came to nothing. `reason`: a code of ours or of the target's. */
  | { readonly kind: "disconnected"; readonly failures: number; readonly end: ListeningEnd; readonly reason: string };

export interface HintListener {
  /** Resolves once the hints are stored: the target is told so then, and forgets them. A rejection makes them come again. */
  receive(hints: readonly TargetHint[]): Promise<void>;
  /** Something was heard, and be it a sign of life. */
  heard(): void;
  state(state: ListeningState): void;
}
