import { AppError, type Retry } from "../core/errors.ts";
import type { Actual, Attributes, AttributeValue, Note, TargetCall } from "./target-values.ts";

/*
 * The outcome of a write: accepted and refused values, and the failures that an adapter may report. Only
 * `nextState` decides their consequences.
 */

export interface Written {
  readonly remoteId: string;
  /**
   * The state of the target, as far as it is known without another call: the sent values in canonical form.
   */
  readonly attributes: Attributes;
  readonly presence: Actual["presence"];
  readonly notes: readonly Note[];
  /** Values that the target did not accept; absent: it accepted all. */
  readonly refused?: readonly Refused[];
  readonly calls: readonly TargetCall[];
}

/** One value that the target refused while it accepted the others. */
export interface Refused {
  readonly attribute: string;
  readonly value: AttributeValue;
  readonly error: TargetError;
}

export interface FailureDetails {
  readonly answer: string;
  readonly reasonCode: string;
  readonly remedy?: string;
  readonly attribute?: string | undefined;
}

export abstract class TargetError extends AppError {
  /** The target's own code, for people who look it up. */
  readonly answer: string;
  /** The adapter's stable reason, independent of the target's code. */
  readonly reasonCode: string;
  readonly remedy: string;
  /** The attribute, if the target names it. */
  readonly attribute: string | undefined;
  calls: readonly TargetCall[] = [];
  /** The state of the entity, if a part of the operation succeeded before the failure. */
  taken: Written | undefined;
  constructor(message: string, details: FailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.answer = details.answer;
    this.reasonCode = details.reasonCode;
    this.remedy = details.remedy ?? "";
    this.attribute = details.attribute;
  }
}

/**
 * The target asks us to slow down. This does not count as an attempt. `scope`: the one API of the app that
 * pauses, or "all".
 */
export class TargetThrottled extends TargetError {
  readonly code = "TARGET_THROTTLED";
  readonly scope: string | "all";
  override readonly retry: Retry;
  constructor(
    message: string,
    details: FailureDetails & { readonly ms: number; readonly scope: string | "all" },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.scope = details.scope;
    this.retry = { kind: "after", ms: details.ms };
  }
}

/**
 * No answer, and certainly nothing was done: refused connection, DNS, 5xx, or busy before execution. Retried
 * without limit, with back-off.
 */
export class TargetUnavailable extends TargetError {
  readonly code = "TARGET_UNAVAILABLE";
  override readonly retry: Retry = { kind: "backoff" };
}

/**
 * The run lost its lease before the call. Nothing was sent, and the new holder of the lease reads again. This
 * does not count as an attempt.
 */
export class TargetLeaseEnded extends TargetError {
  readonly code = "TARGET_LEASE_ENDED";
  override readonly retry: Retry = { kind: "after", ms: 0 };
  /** An earlier call of the same operation was carried out. */
  readonly begun: boolean;
  constructor(
    message: string,
    details: FailureDetails & { readonly begun: boolean },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.begun = details.begun;
  }
}

/**
 * The call may or may not have been carried out (time-out, dropped connection). The next run observes first.
 */
export class TargetOutcomeUnknown extends TargetError {
  readonly code = "TARGET_OUTCOME_UNKNOWN";
  override readonly retry: Retry = { kind: "after", ms: 1000 };
}

/**
 * Wrong credential, permission, contact scope, address list, or a ban. Until an administrator acts, nothing
 * of this target works (`all`), nothing works from this process (`process`), or this object does not work
 * (`entity`).
 */
export class TargetMisconfigured extends TargetError {
  readonly code = "TARGET_MISCONFIGURED";
  readonly scope: "all" | "process" | "entity";
  override readonly retry: Retry;
  constructor(
    message: string,
    details: FailureDetails & {
      readonly remedy: string;
      readonly scope: "all" | "process" | "entity";
      readonly ms: number;
    },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.scope = details.scope;
    this.retry = { kind: "after", ms: details.ms };
  }
}

/** An unmanaged object at the target has the value. Only an operator can decide to adopt it. */
export class TargetConflict extends TargetError {
  readonly code = "TARGET_CONFLICT";
  override readonly attribute: string;
  /** Remote id of the holder of the value, if the target names it. */
  readonly heldBy: string | undefined;
  constructor(
    message: string,
    details: FailureDetails & {
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

/** The target refuses these data. The entity is parked until it changes or an operator retries. */
export class TargetRejected extends TargetError {
  readonly code = "TARGET_REJECTED";
}

/**
 * We manage the object, but the target protects it for now. Retried after an hour, because the target does
 * not report the end of the protection.
 */
export class TargetProtected extends TargetRejected {
  override readonly retry: Retry = { kind: "after", ms: 3600000 };
}

/** Another entity has to come first (parent or department missing, members still inside, manager unknown). */
export class TargetDependency extends TargetError {
  readonly code = "TARGET_DEPENDENCY";
  override readonly retry: Retry;
  /** Maximum number of tries; absent: the default. */
  readonly tries: number | undefined;
  /** `ms`: minimum time until the other entity is done; 5 s if absent. */
  constructor(
    message: string,
    details: FailureDetails & { readonly ms?: number; readonly tries?: number },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.tries = details.tries;
    this.retry = { kind: "after", ms: details.ms ?? 5000 };
  }
}

/** The remote object of our link no longer exists: drop the observed state and plan again. */
export class TargetNotFound extends TargetError {
  readonly code = "TARGET_NOT_FOUND";
  override readonly retry: Retry = { kind: "after", ms: 0 };
}

/** The person must accept first (an invitation was sent). Not a failure; checked again after a long time. */
export class TargetPending extends TargetError {
  readonly code = "TARGET_PENDING";
  override readonly retry: Retry = { kind: "after", ms: 6 * 3600000 };
  /** The attribute by which the person is reached. */
  override readonly attribute: string;
  constructor(
    message: string,
    details: FailureDetails & { readonly attribute: string },
    options?: ErrorOptions,
  ) {
    super(message, details, options);
    this.attribute = details.attribute;
  }
}
