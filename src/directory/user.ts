import type { JsonObject } from "../core/entity.ts";

/** The typed columns kept beside a user's document: what uniqueness, hot filters and references need. Values as the client wrote them. */
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
}

/** A stored user as it is answered. `document` and `groups` are JSON text: reads and lists never parse them. */
export interface StoredUser {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly document: string;
  /** JSON array text of the groups the user is in, direct and indirect; empty string for none. */
  readonly groups: string;
}
