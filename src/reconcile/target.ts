import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef } from "../core/entity.ts";
import type { Written } from "./target-failures.ts";
import type { HintListener } from "./target-hints.ts";
import type { Actual, Attributes, AttributeValue, Note, TargetCall } from "./target-values.ts";

export interface WriteContext {
  readonly signal: AbortSignal;
  /** No request is sent after the deadline, because another process may have the entity by then. Absent: no other process can. */
  readonly deadline?: Deadline;
}

/** Identifying values of a person. Equal texts may differ in letter case and blanks only. */
export interface Identity {
  readonly name?: string;
  /** The number the employer gave them. */
  readonly number?: string;
  readonly mobile?: string;
  readonly emails: readonly string[];
}

/** A required value for a person. `code`: the reason that a create without it would get. */
export interface Lacking {
  readonly attribute: string;
  readonly code: string;
  readonly remedy: string;
}

/** Some of what the bulk lists show. */
export interface ListPage {
  readonly actuals: readonly Actual[];
  /** Managers by remote id of the department, if the list of people has them; complete for each department. */
  readonly managers?: ReadonlyMap<string, readonly string[]>;
}

export interface TargetAdapter {
  readonly name: string;
  /** Remote id of the department that stands for the whole organisation. */
  readonly rootDepartment: string;
  /** Whether a person of this kind can be switched off and on again without being removed. */
  canSuspend(attributes: Attributes): boolean;
  /** Pure. The key by which the target compares sibling department names. Absent: the name itself. */
  nameKey?(name: string): string;
  /** Pure. The name of a department with a readable number suffix, within the target's limit. Absent: "name (2)". */
  numberedName?(name: string, number: number): string;
  /** Pure. Whether a department with these attributes hides its people, who must then not be in visible departments. Absent: none does. */
  conceals?(department: Attributes): boolean;

  /** Pure. The identifying values among a person's attributes. Absent: existing people are never matched. */
  identity?(attributes: Attributes): Identity;
  /** Pure. The e-mail addresses for sign-in or contact among a person's attributes. Absent: none are known. */
  addresses?(attributes: Attributes): readonly string[];
  /** Pure. Reasons why a create with these attributes would be refused, as far as known without a call. Absent: none are known. */
  lacking?(attributes: Attributes): readonly Lacking[];
  /** Pure. The name of the custom field that an attribute stands for; undefined for all others. */
  customField?(attribute: string): string | undefined;
  /** Identifying and sign-in attributes. They are not changed in the run that adopts a person. */
  readonly identifying?: readonly string[];

  /** The remote id that a create requests, if the target lets the caller choose it. Deterministic. For an existing object the link has the id, which may differ. */
  remoteIdFor(ref: EntityRef): string | undefined;

  /**
   * Pure. The desired state in a form that the target can hold: normalised, cut to limits, without attributes that cannot be changed now. Each such step is a note.
   * Applying it twice changes nothing, and `actual` read back from what was sent compares equal to it.
   */
  normalize(kind: EntityKind, desired: Attributes, actual?: Actual): { readonly attributes: Attributes; readonly notes: readonly Note[] };

  /**
   * Creates the entity. Idempotent if the target lets us choose the id: an object that exists under our own id is read and updated.
   * `resume`: an earlier create of this entity may have succeeded without an answer; search before creating another one.
   * A refused optional value does not block the others.
   * Rejects with a TargetError; every rejection has the calls made and the values accepted before it.
   */
  create(ref: EntityRef, attributes: Attributes, context: WriteContext & { readonly resume: boolean }): Promise<Written>;
  /** Sets only `set`; `actual` is the last observation. A refused value does not block the others. Rejects with TargetNotFound if the entity does not exist. */
  update(ref: EntityRef, actual: Actual, set: Attributes, context: WriteContext): Promise<Written>;
  /** Removes the entity; succeeds if it does not exist. */
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
   * Pure. Values of attributes that a read or a list did not return, from the remembered ones: the value, if the read need not return it; null,
   * if the read would have returned it. Has only names of `remembered` that are not in `told`.
   */
  recall(kind: EntityKind, remembered: Attributes, told: Attributes): Attributes;
  /**
   * Searches for the result of an unanswered create, by our own id at the target; undefined only if it certainly does not exist.
   * Rare: called before a removal after an unanswered create. May cost a whole listing.
   */
  find(ref: EntityRef, context: WriteContext): Promise<{ readonly actual: Actual | undefined; readonly calls: readonly TargetCall[] }>;
  /** Pure. Objects named in attributes of a `kind` that do not exist according to the answer: their remembered state is wrong. */
  disproved(kind: EntityKind, answer: string): readonly { readonly attribute: string; readonly kind: EntityKind }[];
  /** Whether objects of a kind have our own id at the target, so that `find` works. */
  canFind(kind: EntityKind): boolean;
  /** All objects of a kind through the bulk lists, in pages. Rejects if any page fails: absence is only concluded from a complete listing. */
  list(kind: EntityKind, context: WriteContext): AsyncIterable<ListPage>;

  /**
   * Pure. The replacement for a value that another entity needs: null if the attribute can be cleared, another text if it is required;
   * undefined if the target does not allow releasing the value.
   */
  freeing(ref: EntityRef, attribute: string): AttributeValue | undefined;

  /**
   * The same target in dry run: writes are not sent and are answered as fully accepted, with only the writes in `calls`. Reads are real. Refusals that
   * only the target knows are not simulated.
   */
  rehearsal(): TargetAdapter;

  /** Receives change events of the target, over one connection at a time, until `signal` is aborted. Never rejects. Absent: the target sends no events. */
  listen?(listener: HintListener, signal: AbortSignal): Promise<void>;
  /** Pure. Whether the target sends an event when an attribute of a kind changes; attribute undefined: when an object appears or disappears. */
  tellsOf?(kind: EntityKind, attribute: string | undefined): boolean;

  /** Sends a person a note, at most once per note and day. Absent: the target cannot send notes. */
  notify?(remoteId: string, note: NoteToPerson, context: WriteContext): Promise<{ readonly calls: readonly TargetCall[] }>;

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
  /**
   * The processes that it pauses: all; this one (its clock, its address, its own settings); those with the same credentials and addresses; or
   * none, because the answer is temporary.
   */
  readonly concerns: "everybody" | "process" | "settings" | "moment";
  readonly text: string;
  /** What to click or change, and where. */
  readonly remedy: string;
  /** Advice that does not pause anything. */
  readonly isAdvice?: boolean;
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
