import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef } from "../core/entity.ts";
import { AppError, type Retry } from "../core/errors.ts";

/*
 * The port to a system we provision into. One adapter per target implements it; the reconcile loop knows nothing else of the target.
 * Attribute names are the target's own words as the mapping file writes them, and opaque here, but for those in RESERVED.
 */

export type AttributeValue = string | number | boolean | null | readonly string[];

/** A flat record in the target's canonical form (trimmed, sets sorted). An absent name says "not managed" or "not told"; null says "empty". */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Attributes the loop itself fills in, with remote ids:
 * user `manager` (remote id of a person, or null), user `departments` (sorted remote ids, never empty: the root stands for "none"),
 * user `mainDepartment` (remote id or null), user `departmentTitles` and `departmentOrders` (sorted `"<remote id of a department>=<value>"`),
 * user `roles` (sorted remote ids), department `parent` (remote id), department `managers` (sorted remote ids of people).
 */
export const RESERVED = {
  user: ["manager", "departments", "mainDepartment", "departmentTitles", "departmentOrders", "roles"],
  department: ["parent", "managers"],
} as const;

/** Something that cannot be made true, and why. Shown to the operator, never retried in a loop, never blocks other attributes. */
export interface Note {
  readonly attribute: string;
  /** Stable: see reasons.ts. */
  readonly code: string;
  /** The target's own code, where it refused. */
  readonly answer?: string;
  /** What the administrator should know or do, in plain words. */
  readonly text: string;
}

/** One HTTP call to the target, as the history keeps it. Holds no secret and no personal data. */
export interface TargetCall {
  readonly api: string;
  readonly code: string;
  readonly requestId?: string;
  readonly durationMs: number;
}

/** What the target holds of one entity, as far as we can read it. */
export interface Actual {
  readonly remoteId: string;
  readonly attributes: Attributes;
  /** How people are present: `invited` has not agreed yet, `disabled` exists but cannot sign in. */
  readonly presence: "active" | "disabled";
  /** Our own id for it where the target keeps one (a deterministic user id, a department's source identifier). */
  readonly entityId?: string;
  /** One of the target's own administrators, where a read tells it: never removed or switched off. */
  readonly isAdministrator?: true;
}

/**
 * An attribute of the memory, beside those of the target: names of attributes that the last comparison found otherwise than they were remembered. Somebody changed them
 * there, or the target made something else of what it was sent.
 */
export const DIFFERED = "differed";

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

export interface WriteContext {
  readonly signal: AbortSignal;
  /** No request is written once it is over, whatever was waited for before: somebody else may have the entity by then. Unset: nobody can. */
  readonly deadline?: Deadline;
}

/** What tells who a person is. Texts that mean the same are equal, but for letter case and blanks. */
export interface Identity {
  readonly name?: string;
  /** The number the employer gave them. */
  readonly number?: string;
  readonly mobile?: string;
  readonly emails: readonly string[];
}

/** What a person cannot be made without. `code` is the reason that a create would get. */
export interface Lacking {
  readonly attribute: string;
  readonly code: string;
  readonly remedy: string;
}

/** Some of what the bulk lists show. */
export interface ListPage {
  readonly actuals: readonly Actual[];
  /** Managers of departments, by the departments' remote ids, where a list of people tells them; of each department all of them. */
  readonly managers?: ReadonlyMap<string, readonly string[]>;
}

export interface TargetAdapter {
  readonly name: string;
  /** Remote id of the department that stands for the whole organisation. */
  readonly rootDepartment: string;
  /** Whether a person of this kind can be switched off and on again without being removed. */
  canSuspend(attributes: Attributes): boolean;
  /** Pure. What names of departments have in common that cannot stand beside each other at the target. Absent: only equal names cannot. */
  nameKey?(name: string): string;
  /** Pure. The name of a department with a number behind it that people can read, as long as the target allows. Absent: "name (2)". */
  numberedName?(name: string, number: number): string;
  /** Pure. Whether a department with these attributes hides people: those it is for must not sit where everybody sees them. Absent: none does. */
  conceals?(department: Attributes): boolean;

  /** Pure. What of a person's attributes tells who they are. Absent: nobody who is there already is ever known again. */
  identity?(attributes: Attributes): Identity;
  /** Pure. What a create of a person with these attributes would be refused for, by what is known without asking. Absent: nothing is known. */
  lacking?(attributes: Attributes): readonly Lacking[];
  /** Pure. The name of the custom field that an attribute stands for; undefined for all others. */
  customField?(attribute: string): string | undefined;
  /** Attributes that say who somebody is, or by which they sign in: of somebody who is taken over they are not changed at once. */
  readonly identifying?: readonly string[];

  /** The remote id a create will ask for, where the target lets the caller choose it. Same input, same answer, for ever. Of what is there the link tells the id: it may be another one. */
  remoteIdFor(ref: EntityRef): string | undefined;

  /**
   * Pure. Desired as the target can hold it: normalised, cut to limits, what cannot be changed now left out; each such act is a note.
   * Applying it twice changes nothing, and `actual` read back from what was sent compares equal to it.
   */
  normalize(kind: EntityKind, desired: Attributes, actual?: Actual): { readonly attributes: Attributes; readonly notes: readonly Note[] };

  /**
   * Makes the entity. Idempotent where the target lets us choose the id: "already exists" under our own id is looked up and brought in line.
   * `resume`: an earlier create of this entity may have happened unseen; search before making another one.
   * A value that is refused keeps only itself back, unless the entity cannot be without it.
   * Rejects with a TargetError; every rejection carries the calls made, and what was taken before it.
   */
  create(ref: EntityRef, attributes: Attributes, context: WriteContext & { readonly resume: boolean }): Promise<Written>;
  /** Sets just `set`; `actual` is the last observation. A value that is refused keeps only itself back. Answers TargetNotFound when the entity is gone. */
  update(ref: EntityRef, actual: Actual, set: Attributes, context: WriteContext): Promise<Written>;
  /** Removes it; being gone already is success. */
  remove(ref: EntityRef, actual: Actual, context: WriteContext): Promise<{ readonly calls: readonly TargetCall[] }>;
  /** Switches a person off and signs them out, or on again. Only where `canSuspend`. */
  setSuspended(ref: EntityRef, actual: Actual, suspended: boolean, context: WriteContext): Promise<Written>;

  /** One entity as it is now; undefined only when the target says it does not exist. */
  read(
    kind: EntityKind,
    remoteId: string,
    context: WriteContext,
  ): Promise<{ readonly actual: Actual | undefined; readonly calls: readonly TargetCall[] }>;
  /**
   * Looks for what an unanswered create may have made, by our own id as the target keeps it; undefined only when it is certainly not there.
   * Rare: asked when an entity is to be removed whose create was never answered. May cost a whole listing.
   */
  find(ref: EntityRef, context: WriteContext): Promise<{ readonly actual: Actual | undefined; readonly calls: readonly TargetCall[] }>;
  /** Pure. Which things named in attributes of a `kind` an answer says are not there: what is remembered of them is wrong. */
  disproved(kind: EntityKind, answer: string): readonly { readonly attribute: string; readonly kind: EntityKind }[];
  /** Whether things of a kind carry our own id at the target, so that `find` can find them. */
  canFind(kind: EntityKind): boolean;
  /** Everything of a kind through the bulk lists, in pages. Rejects as a whole when any page fails: absence is only concluded from a complete listing. */
  list(kind: EntityKind, context: WriteContext): AsyncIterable<ListPage>;

  /**
   * Pure. What an entity gets in place of a value that another one needs: null where the attribute can be cleared, another text where there has to be one;
   * undefined where the target lets nobody give a value up.
   */
  freeing(ref: EntityRef, attribute: string): AttributeValue | undefined;

  /**
   * The same target, which sends no write: each is answered as if all of it was taken, with just the writes among its `calls`. Reads say what is there. What
   * the target itself would refuse is not known.
   */
  rehearsal(): TargetAdapter;

  /** What is missing before syncing can work; empty when all is well. */
  check(context: WriteContext): Promise<readonly Problem[]>;
}

export interface Problem {
  readonly code: string;
  /**
   * Whom it keeps from working: every process; this one (its clock, its address, its own settings); those with the same credentials and addresses; or
   * nobody, as the answer passes by itself.
   */
  readonly concerns: "everybody" | "process" | "settings" | "moment";
  readonly text: string;
  /** What to click or change, and where. */
  readonly remedy: string;
  /** Worth knowing, and no reason to wait. */
  readonly isAdvice?: boolean;
}

/* ---- Failures an adapter may report. `settle` is the only place that decides what each means for the entity. ---- */

interface Told {
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
  override readonly retry: Retry = { kind: "after", ms: 1_000 };
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
  override readonly retry: Retry = { kind: "after", ms: 3_600_000 };
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
    this.retry = { kind: "after", ms: details.ms ?? 5_000 };
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
  override readonly retry: Retry = { kind: "after", ms: 6 * 3_600_000 };
  /** The attribute by which the person is reached. */
  override readonly attribute: string;
  constructor(message: string, details: Told & { readonly attribute: string }, options?: ErrorOptions) {
    super(message, details, options);
    this.attribute = details.attribute;
  }
}

/* ---- What an adapter may ask for. ---- */

/** Rate shared by all processes. */
export interface RateLimiter {
  /** Resolves when a call to `api` may be sent; rejects TargetThrottled when the wait would exceed `maxWaitMs`, or with the signal's reason. */
  take(api: string, options: { readonly signal: AbortSignal; readonly maxWaitMs: number }): Promise<void>;
  /** No call of `api` (or of any: "all") before `ms` from now, for every process. Never shortens a pause. */
  pause(api: string | "all", ms: number, reason: string): Promise<void>;
}

/** A short-lived secret shared by all processes: fetched by one while the others wait for it. */
export interface SharedToken {
  /** The current value; `fetch` runs in at most one process at a time when none is valid or `rejected` is still the current one. */
  get(fetch: () => Promise<{ readonly value: string; readonly lifetimeMs: number }>, rejected?: string): Promise<string>;
}
