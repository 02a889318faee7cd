import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef } from "../core/entity.ts";
import type { Written } from "./target-failures.ts";
import type { HintListener } from "./target-hints.ts";
import type { Actual, Attributes, AttributeValue, Note, TargetCall } from "./target-values.ts";

export interface WriteContext {
  readonly signal: AbortSignal;
  /**
   * No request is sent after the deadline, because another process may have claimed the entity by then.
   * Absent: no other process can.
   */
  readonly deadline?: Deadline;
}

/** Identifying values of a person. Equal texts may differ in letter case and blanks only. */
export interface Identity {
  readonly name?: string;
  /** The number that the employer gave the person. */
  readonly number?: string;
  readonly mobile?: string;
  readonly emails: readonly string[];
}

/** A required value that a person lacks. `code`: the reason with which a create without it would fail. */
export interface Lacking {
  readonly attribute: string;
  readonly code: string;
  readonly remedy: string;
}

/** An attribute that refers to other objects, whose stored state an answer has shown to be wrong. */
export interface Disproved {
  readonly attribute: string;
  readonly kind: EntityKind;
  /** The stored place of a department above one of the objects may be the wrong one. */
  readonly andAbove?: true;
}

/** A part of the target's bulk lists. */
export interface ListPage {
  readonly actuals: readonly Actual[];
  /**
   * Managers by remote id of the department, if the list of people has them. Complete for each department.
   */
  readonly managers?: ReadonlyMap<string, readonly string[]>;
}

export interface TargetAdapter {
  readonly name: string;
  /** Remote id of the department that represents the whole organisation. */
  readonly rootDepartment: string;
  /** Whether a person with these attributes can be disabled and enabled without a removal. */
  canSuspend(attributes: Attributes): boolean;
  /** Pure. The key by which the target compares sibling department names. Absent: the name itself. */
  nameKey?(name: string): string;
  /**
   * Pure. The name of a department with a readable number suffix, within the target's limit. Absent: "name
   * (2)".
   */
  numberedName?(name: string, number: number): string;
  /**
   * Pure. Whether a department with these attributes hides its people. Such people must not be in visible
   * departments. Absent: no department does.
   */
  conceals?(department: Attributes): boolean;

  /** Pure. The identifying values among a person's attributes. Absent: existing people are never matched. */
  identity?(attributes: Attributes): Identity;
  /**
   * Pure. The e-mail addresses for sign-in or contact among a person's attributes. Absent: none are known.
   */
  addresses?(attributes: Attributes): readonly string[];
  /**
   * Pure. Reasons why a create with these attributes would be refused, as far as known without a call.
   * Absent: none are known.
   */
  lacking?(attributes: Attributes): readonly Lacking[];
  /** Pure. The name of the custom field that an attribute stands for; undefined for all others. */
  customField?(attribute: string): string | undefined;
  /** Identifying and sign-in attributes. The run that adopts a person does not change them. */
  readonly identifying?: readonly string[];

  /**
   * The remote id that a create requests, if the target lets the caller choose it. Deterministic. The link of
   * an existing object has its id, which may differ.
   */
  remoteIdFor(ref: EntityRef): string | undefined;

  /**
   * Pure. The desired state in a form that the target can hold: normalised, cut to limits, without attributes
   * that cannot be changed now. Each such step is a note. A second application changes nothing. An `actual`
   * that is read back after sending compares equal.
   */
  normalize(
    kind: EntityKind,
    desired: Attributes,
    actual?: Actual,
  ): { readonly attributes: Attributes; readonly notes: readonly Note[] };

  /**
   * Creates the entity. Idempotent if the target lets us choose the id: an object that exists under our own
   * id is read and updated. `resume`: an earlier create of this entity may have succeeded without an answer.
   * Then search before creating. A refused optional value does not block the others. Rejects with a
   * TargetError, which has the calls made and the values accepted before it.
   */
  create(
    ref: EntityRef,
    attributes: Attributes,
    context: WriteContext & { readonly resume: boolean },
  ): Promise<Written>;
  /**
   * Sets only `set`; `actual` is the last observation. A refused value does not block the others. Rejects
   * with TargetNotFound if the entity does not exist.
   */
  update(ref: EntityRef, actual: Actual, set: Attributes, context: WriteContext): Promise<Written>;
  /** Removes the entity. Succeeds if the entity does not exist. */
  remove(
    ref: EntityRef,
    actual: Actual,
    context: WriteContext,
  ): Promise<{ readonly calls: readonly TargetCall[] }>;
  /** Disables a person and signs them out, or enables the person again. Only allowed if `canSuspend`. */
  setSuspended(ref: EntityRef, actual: Actual, suspended: boolean, context: WriteContext): Promise<Written>;

  /** The present state of one entity. Undefined only if the target says that it does not exist. */
  read(
    kind: EntityKind,
    remoteId: string,
    context: WriteContext,
  ): Promise<{ readonly actual: Actual | undefined; readonly calls: readonly TargetCall[] }>;
  /**
   * Pure. Values for attributes that a read or a list did not return: the remembered value if the read may
   * leave it out; null if the read would have returned a value. Has only names of `remembered` that are not
   * in `read`.
   */
  recall(kind: EntityKind, remembered: Attributes, read: Attributes): Attributes;
  /**
   * Searches for the result of an unanswered create, by our own id at the target. Undefined only if it
   * certainly does not exist. Rare: used before a removal after an unanswered create. May read a whole
   * listing.
   */
  find(
    ref: EntityRef,
    context: WriteContext,
  ): Promise<{ readonly actual: Actual | undefined; readonly calls: readonly TargetCall[] }>;
  /**
   * Pure. Whether the values belong to another human than the remembered ones, under the same remote id.
   * Absent: remote ids are not given twice.
   */
  isAnother?(remembered: Attributes, told: Attributes): boolean;
  /**
   * Pure. Attributes of a `kind` whose referenced objects do not exist, or are elsewhere, according to the
   * answer.
   */
  disproved(kind: EntityKind, answer: string): readonly Disproved[];
  /** Whether objects of a kind have our own id at the target, so that `find` works. */
  canFind(kind: EntityKind): boolean;
  /**
   * All objects of a kind from the bulk lists, in pages. Rejects if any page fails, because only a complete
   * listing proves absence.
   */
  list(kind: EntityKind, context: WriteContext): AsyncIterable<ListPage>;

  /**
   * Pure. The replacement for a value that another entity needs: null if the attribute can be cleared,
   * another text if the attribute is required. Undefined: the target does not allow a change of the value.
   */
  freeing(ref: EntityRef, attribute: string): AttributeValue | undefined;

  /**
   * The same target in dry run. Writes are not sent; each is answered as fully accepted, and `calls` has only
   * the writes. Reads are real. Refusals that only the target can decide are not simulated.
   */
  rehearsal(): TargetAdapter;

  /**
   * Receives change events of the target, over one connection at a time, until `signal` is aborted. Never
   * rejects. Absent: the target sends no events.
   */
  listen?(listener: HintListener, signal: AbortSignal): Promise<void>;
  /**
   * Pure. Whether another value of an attribute means that the target should have sent an event. `attribute`
   * undefined: when an object appears or disappears.
   */
  reportsChangesOf?(kind: EntityKind, attribute: string | undefined): boolean;

  /** Sends a person a note, at most once per note and day. Absent: the target cannot send notes. */
  notify?(
    remoteId: string,
    note: NoteToPerson,
    context: WriteContext,
  ): Promise<{ readonly calls: readonly TargetCall[] }>;

  /** Problems that prevent syncing; empty if there are none. */
  check(context: WriteContext): Promise<readonly Problem[]>;
}

/** `text` is Markdown. */
export interface NoteToPerson {
  readonly title: string;
  readonly text: string;
}

export interface Problem {
  readonly code: string;
  /** Of the catalogue of reasons, for texts in other languages. */
  readonly reasonCode?: string;
  /**
   * The processes that the problem pauses: all; this one (its clock, address or settings); those with the
   * same credentials and addresses; or none, because the answer is temporary.
   */
  readonly concerns: "everybody" | "process" | "settings" | "moment";
  readonly text: string;
  /** What to click or to change, and where. */
  readonly remedy: string;
  /** Advice only: it pauses nothing. */
  readonly isAdvice?: boolean;
}

/* What an adapter may use. */

/** The rate limit that all processes share. */
export interface RateLimiter {
  /**
   * Resolves when a call to `api` may be sent. Rejects with TargetThrottled if the wait would exceed
   * `maxWaitMs`, or with the signal's reason.
   */
  take(api: string, options: { readonly signal: AbortSignal; readonly maxWaitMs: number }): Promise<void>;
  /** Pauses `api` (or "all" calls) for `ms` milliseconds in all processes. Never shortens a pause. */
  pause(api: string | "all", ms: number, reason: string): Promise<void>;
}

/** A short-lived secret that all processes share. One process fetches it while the others wait. */
export interface SharedToken {
  /**
   * The current value. If none is valid, or `rejected` is still the current one, `fetch` runs, in at most one
   * process at a time.
   */
  get(
    fetch: () => Promise<{ readonly value: string; readonly lifetimeMs: number }>,
    rejected?: string,
  ): Promise<string>;
}
