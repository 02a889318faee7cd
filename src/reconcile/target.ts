import type { Deadline } from "../core/deadline.ts";
import type { EntityKind, EntityRef } from "../core/entity.ts";
import type { Written } from "./target-failures.ts";
import type { HintListener } from "./target-hints.ts";
import type { Actual, Attributes, AttributeValue, Note, TargetCall } from "./target-values.ts";

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
  /** Pure. Of a person's attributes the e-mail addresses by which they sign in or are reached. Absent: nothing is known of any. */
  addresses?(attributes: Attributes): readonly string[];
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
   * Pure. What holds of attributes that a read or a list has not told, by what was remembered of them: the value, where it need not have been shown; null,
   * where it would have been shown if there were one. Holds only names of `remembered` that are not in `told`.
   */
  recall(kind: EntityKind, remembered: Attributes, told: Attributes): Attributes;
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

  /** Hears what the target says of changes, over one connection at a time, until `signal` is aborted. Never rejects. Absent: it says nothing by itself. */
  listen?(listener: HintListener, signal: AbortSignal): Promise<void>;
  /** Pure. Whether the target says by itself when an attribute of a kind changes; undefined for the attribute: when one of them appears or goes. */
  tellsOf?(kind: EntityKind, attribute: string | undefined): boolean;

  /** Shows a person a note, at most once for the same note on the same day. Absent: nobody can be told anything there. */
  notify?(remoteId: string, note: NoteToPerson, context: WriteContext): Promise<{ readonly calls: readonly TargetCall[] }>;

  /** What is missing before syncing can work; empty when all is well. */
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
