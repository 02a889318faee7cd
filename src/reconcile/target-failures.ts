import { AppError, type Retry } from "../core/errors.ts";
import type { Actual, Attributes, AttributeValue, Note, TargetCall } from "./target-values.ts";

/* What became of a write: what the target took, what it refused, and the failures an adapter may report. `nextState` alone decides what each means. */

export interface Written {
  readonly remoteId: string;
  /** What the target holds now, as far as the answer lets us know without another call: what was sent, in canonical form. */
  readonly attributes: Attributes;
  readonly presence: Actual["presence"];
  readonly notes: readonly Note[];
  /** What the target did not take of what it was asked; absent: it took all. */
  readonly refused?: readonly Refused[];
  readonly calls: readonly TargetCall[];
}

/** One value the target does not take, while it took the rest. */
export interface Refused {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly error: TargetError;
}

export interface Told {
  readonly answer: string;
  readonly reasonCode: string;
  readonly remedy?: string;
  readonly attribute?: string | undefined;
}

export abstract class TargetError extends AppError {
  /** The target's own code, for people who look it up. */
  readonly answer: string;
  /** The adapter's stable name for what happened, whichever of the target's codes said so. */
  readonly reasonCode: string;
  readonly remedy: string;
  /** What it is about, where the target tells. */
  readonly attribute: string | undefined;
  calls: readonly TargetCall[] = [];
  /** The entity as it is by now, when a part of the operation was done before this happened. */
  taken: Written | undefined;
  constructor(message: string, details: Told, options?: ErrorOptions) {
    super(message, options);
    this.answer = details.answer;
    this.reasonCode = details.reasonCode;
    this.remedy = details.remedy ?? "";
    this.attribute = details.attribute;
  }
}

/** The target asks us to slow down. Not an attempt. `scope` says what pauses: one API of the app, or every call. */
export class TargetThrottled extends TargetError {
  readonly code = "TARGET_THROTTLED";
  readonly scope: string | "all";
  override readonly retry: Retry;
  constructor(message: string, details: Told & { readonly ms: number; readonly scope: string | "all" }, options?: ErrorOptions) {
    super(message, details, options);
    this.scope = details.scope;
    this.retry = { kind: "after", ms: details.ms };
  }
}

/** No answer, and certainly nothing done: refused connection, DNS, 5xx or busy before execution. Tried again for ever, with back-off. */
export class TargetUnavailable extends TargetError {
  readonly code = "TARGET_UNAVAILABLE";
  override readonly retry: Retry = { kind: "backoff" };
}

/** The run lost its place before the call was written: it was not sent, and whoever has the entity now looks afresh. Not an attempt. */
export class TargetLeaseEnded extends TargetError {
  readonly code = "TARGET_LEASE_ENDED";
  override readonly retry: Retry = { kind: "after", ms: 0 };
  /** An earlier call of the same operation was carried out. */
  readonly begun: boolean;
  constructor(message: string, details: Told & { readonly begun: boolean }, options?: ErrorOptions) {
    super(message, details, options);
    this.begun = details.begun;
  }
}

/** The call may or may not have been carried out (time-out, dropped connection). Observe before anything else. */
export class TargetOutcomeUnknown extends TargetError {
  readonly code = "TARGET_OUTCOME_UNKNOWN";
  override readonly retry: Retry = { kind: "after", ms: 1000 };
}

/** Credential, permission, contact scope, address list, ban: until an administrator acts, nothing of this target works (`all`), nothing works from this process (`process`), or this object does not (`entity`). */
export class TargetMisconfigured extends TargetError {
  readonly code = "TARGET_MISCONFIGURED";
  readonly scope: "all" | "process" | "entity";
  override readonly retry: Retry;
  constructor(
    message: string,
    details: Told & { readonly remedy: string; readonly scope: "all" | "process" | "entity"; readonly ms: number },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.scope = details.scope;
    this.retry = { kind: "after", ms: details.ms };
  }
}

/** Something of the target's own stands in the way under another identity; adopting it is a person's decision. */
export class TargetConflict extends TargetError {
  readonly code = "TARGET_CONFLICT";
  override readonly attribute: string;
  /** Remote id that holds the value, when the target told it. */
  readonly heldBy: string | undefined;
  constructor(
    message: string,
    details: Told & {
      readonly remedy: string;
      readonly attribute: string;
      readonly heldBy?: string;
    },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.attribute = details.attribute;
    this.heldBy = details.heldBy;
  }
}

/** The target refuses these data. Parked until the entity changes or an operator retries. */
export class TargetRejected extends TargetError {
  readonly code = "TARGET_REJECTED";
}

/** Ours by right, but the target's own people protect it for now. Looked at again after a while: the protection ends without a word to us. */
export class TargetProtected extends TargetRejected {
  override readonly retry: Retry = { kind: "after", ms: 3600000 };
}

/** Another entity has to come first (parent or department missing, members still inside, manager unknown). */
export class TargetDependency extends TargetError {
  readonly code = "TARGET_DEPENDENCY";
  override readonly retry: Retry;
  /** How often it is worth a try; as often as any when unset. */
  readonly tries: number | undefined;
  /** `ms`: how long the other one will take at least, 5 s when unset. */
  constructor(message: string, details: Told & { readonly ms?: number; readonly tries?: number }, options?: ErrorOptions) {
    super(message, details, options);
    this.tries = details.tries;
    this.retry = { kind: "after", ms: details.ms ?? 5000 };
  }
}

/** The remote object of our link no longer exists: forget what was observed and conclude again. */
export class TargetNotFound extends TargetError {
  readonly code = "TARGET_NOT_FOUND";
  override readonly retry: Retry = { kind: "after", ms: 0 };
}

/** A person must agree first (an invitation was sent). Not a failure; looked at again after a long time. */
export class TargetPending extends TargetError {
  readonly code = "TARGET_PENDING";
  override readonly retry: Retry = { kind: "after", ms: 6 * 3600000 };
  /** The attribute by which the person is reached. */
  override readonly attribute: string;
  constructor(message: string, details: Told & { readonly attribute: string }, options?: ErrorOptions) {
    super(message, details, options);
    this.attribute = details.attribute;
  }
}
