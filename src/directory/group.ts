import type { JsonObject } from "../core/entity.ts";

export interface GroupColumns {
  readonly displayName: string;
  readonly externalId?: string;
}

/** A group ready to be stored: the finished document without id, members and meta. Members are rows. */
export interface GroupContent {
  readonly document: JsonObject;
  readonly columns: GroupColumns;
}

/** Instants are as RFC 3339 writes them, in UTC with milliseconds; `document` is JSON text. */
export interface StoredGroup {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
}

export interface Member {
  readonly id: string;
  readonly type: "User" | "Group";
  readonly display: string | undefined;
}

/**
 * Levels of groups inside each other. A chain of groups has half the square of its depth in pairs of group
 * and ancestor (400 levels: 80,000), and each change is worked out for all groups below. Directories have a
 * handful of levels.
 */
export const MAX_NESTING = 32;

/** What a request does to the members of a group, in net: `all` replaces the whole set. */
export type MemberChange =
  | { readonly kind: "delta"; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly kind: "all"; readonly members: readonly string[] };

export const noMemberChange: MemberChange = { kind: "delta", add: [], remove: [] };

/** What to do with a group: new content (decided from the current document) and a change of its members. */
export interface GroupChange {
  /**
   * Pure; may be called again. Left out: only members change, and the group's document is neither read nor
   * written.
   */
  readonly decide?: (current: JsonObject) => GroupContent;
  readonly members?: MemberChange;
}
