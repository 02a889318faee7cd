import type { JsonObject } from "../core/entity.ts";

/**
 * The typed columns kept beside a user's document: what uniqueness, hot filters and references need. Values
 * as the client wrote them.
 */
export interface UserColumns {
  readonly userName: string;
  readonly active: boolean;
  readonly displayName?: string;
  readonly externalId?: string;
  readonly employeeNumber?: string;
  /** Manager as the client named it: our id, an externalId or an employee number. */
  readonly managerRef?: string;
  readonly emails: readonly string[];
}

/** A user ready to be stored: the finished document (without id, groups and meta) and its columns. */
export interface UserContent {
  readonly document: JsonObject;
  readonly columns: UserColumns;
  /**
   * What a partial change named; one of an extension is `<URN>:<attribute>`, all of it `<URN>`. Undefined
   * where the whole document was sent.
   */
  readonly sent?: readonly string[];
}

/** A group that a person is in: because it lists the person, or because it contains one that does. */
export interface GroupOfUser {
  readonly id: string;
  readonly display: string;
  readonly type: "direct" | "indirect";
}

/**
 * A stored user as it is answered. `document` is JSON text: reads and lists never parse it. Instants are as
 * RFC 3339 writes them, in UTC with milliseconds.
 */
export interface StoredUser {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly document: string;
  /** In the order of their ids. */
  readonly groups: readonly GroupOfUser[];
}
