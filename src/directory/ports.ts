import type { EntityRef } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { GroupContent, Member, MemberChange, StoredGroup } from "./group.ts";
import type { ListQuery, Page } from "./list-query.ts";
import type { StoredUser, UserContent } from "./user.ts";

/** Entities to reconcile after a change. `urgent` ones come first (leavers lose access immediately). */
export interface Mark {
  readonly ref: EntityRef;
  readonly urgent: boolean;
}

/** Part of every write: its history event and the marks, committed in the same transaction. */
export interface Fact {
  readonly event: HistoryEvent;
  readonly marks: readonly Mark[];
}

/**
 * Result of a member change: who joined and left. `missing` has ids that do not exist in this source; then
 * nothing was changed.
 */
export type MembersChanged =
  | { readonly kind: "changed"; readonly group: StoredGroup }
  | { readonly kind: "unchanged"; readonly group: StoredGroup }
  | { readonly kind: "missing"; readonly ids: readonly string[] }
  | { readonly kind: "cycle" }
  /** Groups would be nested deeper than MAX_NESTING. */
  | { readonly kind: "tooDeep" }
  | { readonly kind: "moved" }
  | { readonly kind: "gone" };

/**
 * The directory's storage. Every write is one transaction: resource, history event, marks and wake-up, or
 * nothing. Every call names its source, and sees no other's resources. Rejects UniquenessConflict and
 * Unavailable; nothing else is expected.
 */
export interface DirectoryStore {
  insertUser(sourceId: string, id: string, content: UserContent, at: Date, fact: Fact): Promise<StoredUser>;
  /**
   * Undefined when the stored version is no longer `expected` (or the user is gone): read again and decide
   * again.
   */
  updateUser(
    sourceId: string,
    id: string,
    expected: number,
    content: UserContent,
    at: Date,
    fact: Fact,
  ): Promise<StoredUser | undefined>;
  /** False when there is none, or its version is not `expected`. */
  deleteUser(sourceId: string, id: string, expected: number, fact: Fact): Promise<boolean>;
  getUser(sourceId: string, id: string): Promise<StoredUser | undefined>;
  listUsers(sourceId: string, query: ListQuery): Promise<Page<StoredUser>>;

  /** Creates with its first members. */
  insertGroup(
    sourceId: string,
    id: string,
    content: GroupContent,
    members: readonly string[],
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged>;
  /**
   * Changes the document (when given, only while the version is `expected`, else "moved") and the members in
   * one transaction. Costs the same for any size of group unless `members.kind` is "all". The event's
   * `changes.members` is completed with who really joined and left; those people are marked.
   */
  updateGroup(
    sourceId: string,
    id: string,
    change: { readonly content?: GroupContent; readonly expected?: number; readonly members: MemberChange },
    at: Date,
    fact: Fact,
  ): Promise<MembersChanged>;
  /** Marks the group and everybody in it. */
  deleteGroup(sourceId: string, id: string, expected: number, fact: Fact): Promise<boolean>;
  getGroup(sourceId: string, id: string): Promise<StoredGroup | undefined>;
  listGroups(sourceId: string, query: ListQuery): Promise<Page<StoredGroup>>;
  /** Members in a stable order, in pages, so that a group of any size is never held in memory. */
  membersOf(groupId: string): AsyncIterable<readonly Member[]>;
  /** The first members of each of many groups, in the same order; groups that have none are missing. */
  firstMembersOf(
    groupIds: readonly string[],
    atMost: number,
  ): Promise<ReadonlyMap<string, readonly Member[]>>;
  /** Cheap for a group of more than `atMost`. */
  fewMembersOf(groupId: string, atMost: number): Promise<FewMembers>;
}

export interface FewMembers {
  /** Up to 1,000. */
  readonly count: number;
  /** All of them, in a stable order, where there are few enough; else none. */
  readonly members: readonly Member[];
}
