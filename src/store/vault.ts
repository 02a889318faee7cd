import type { EntityRef, JsonObject, JsonValue } from "../core/entity.ts";
import type { Changes, HistoryEvent } from "../history/event.ts";
import type { Companion } from "./postgres/row-encoding.ts";
import type { Queryable } from "./postgres/statement.ts";
import type { EventColumns } from "./write-sql.ts";

/* What the folders of the storage know of encryption: values of people go in, and come out again. Implemented by store/personal/vault.ts. */

/** An event as a row of `history`. */
export type EventRow = Readonly<EventColumns>;

/** The first event of a subject, with the key that goes into `subject_keys` in the same statement. */
export interface FirstEvent {
  readonly row: EventRow;
  readonly wrapped: string;
  /** To be called when the row is committed, not before. */
  keep(): void;
}

/** A text that belongs to a subject. `about`: the one place where it is kept; it opens nowhere else. */
export interface SealedValue {
  readonly subject: string;
  readonly about: string;
  /** Nonce, ciphertext and tag. */
  readonly sealed: Buffer;
  /** Of the subject's row in `subject_keys`; null = destroyed. */
  readonly wrapped: Buffer | null;
}

/** Values of an event as they are encrypted: what changed, and details that name somebody. */
export interface EventValues {
  readonly changes?: Changes;
  readonly detail?: JsonObject;
}

export interface Vault {
  /** Events of subjects that exist. Whose key was destroyed keeps no values. Reads or makes keys by `db` where this process does not know them. */
  rows(db: Queryable, events: readonly HistoryEvent[]): Promise<readonly EventRow[]>;
  /** The event that makes its subject. */
  first(event: HistoryEvent): FirstEvent;
  /** For statements that read subjects: their keys come along, and who changes one of them next (`rows`) needs no statement for its key. */
  readonly keysOfPage?: Companion;
  /** Other values of these subjects; undefined where the key was destroyed. */
  seal(
    db: Queryable,
    values: readonly { readonly ref: EntityRef; readonly about: string; readonly value: JsonValue }[],
  ): Promise<readonly (Buffer | undefined)[]>;
  /** Undefined where the key was destroyed. Throws for what was altered. */
  open(value: SealedValue): JsonValue | undefined;
  /** The values of these subjects cannot be read by anybody any more, and none are kept of them again. In the transaction of `db`. */
  destroy(db: Queryable, subjects: readonly EntityRef[]): Promise<void>;
}
