import type { EntityRef, JsonObject, JsonValue } from "../core/entity.ts";
import type { Changes, HistoryEvent } from "../history/event.ts";
import type { Companion } from "./postgres/row-encoding.ts";
import type { Queryable } from "./postgres/statement.ts";
import type { EventColumns } from "./write-sql.ts";

/*
 * The port for encryption of values of people, for all folders of the storage. Implemented by
 * store/personal/vault.ts.
 */

/** An event as a row of `history`. */
export type EventRow = Readonly<EventColumns>;

/** The first event of a subject. The caller writes `wrapped` to `subject_keys` in the same statement. */
export interface FirstEvent {
  readonly row: EventRow;
  readonly wrapped: string;
  /** Caches the key. The caller must call it only after the row is committed. */
  keep(): void;
}

/**
 * An encrypted text of a subject. `about`: identifies the place where the text is stored. It can be decrypted
 * only with the same `about`.
 */
export interface SealedValue {
  readonly subject: string;
  readonly about: string;
  /** Nonce, ciphertext and tag. */
  readonly sealed: Buffer;
  /** The column `wrapped` of the subject's row in `subject_keys`. Null: the key was destroyed. */
  readonly wrapped: Buffer | null;
}

/** The encrypted values of an event: changes, and details that name a person. */
export interface EventValues {
  readonly changes?: Changes;
  readonly detail?: JsonObject;
}

export interface Vault {
  /**
   * Rows for events of existing subjects, in the same order. If a key was destroyed, the row has no values.
   * Keys that are not cached are read or made with `db`.
   */
  rows(db: Queryable, events: readonly HistoryEvent[]): Promise<readonly EventRow[]>;
  /** The row for the event that creates its subject, with a new key. */
  first(event: HistoryEvent): FirstEvent;
  /**
   * A column for statements that read subjects: it caches their keys. A later `rows` for them then needs no
   * statement for the keys.
   */
  readonly keysOfPage?: Companion;
  /** Encrypts other values of subjects, in the same order. Undefined: the key was destroyed. */
  seal(
    db: Queryable,
    values: readonly { readonly ref: EntityRef; readonly about: string; readonly value: JsonValue }[],
  ): Promise<readonly (Buffer | undefined)[]>;
  /** Decrypts a value. Undefined: the key was destroyed. Throws if the value was altered. */
  open(value: SealedValue): JsonValue | undefined;
  /**
   * Destroys the keys of these subjects, in the transaction of `db`. Nobody can read their values any more,
   * and no values are stored for them again.
   */
  destroy(db: Queryable, subjects: readonly EntityRef[]): Promise<void>;
}
