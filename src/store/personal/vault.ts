import type { EntityRef, JsonObject, JsonValue } from "../../core/entity.ts";
import { seal, unseal } from "../../core/sealing.ts";
import type { Changes, HistoryEvent } from "../../history/event.ts";
import type { Queryable } from "../postgres/statement.ts";
import { type EventColumns, hasValues, openColumns } from "../write-sql.ts";
import type { KeyEncryptionKey } from "./key-encryption.ts";
import { createSubjectKeys, hex } from "./subject-keys.ts";

/* The one place where values of people are encrypted and read again: those of events, and whatever else keeps them. */

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

export function createVault(kek: KeyEncryptionKey): Vault {
  const keys = createSubjectKeys(kek);
  const sealJson = (key: Buffer, about: string, value: JsonValue): Buffer => seal(key, about, Buffer.from(JSON.stringify(value)));
  const rowOf = (event: HistoryEvent, key: Buffer | undefined): EventRow => {
    const values = valuesOf(event);
    return values && key ? { ...openColumns(event), sealed: hex(sealJson(key, event.id, values)) } : openColumns(event);
  };

  return {
    async rows(db, events) {
      const known = await keys.of(
        db,
        events.flatMap((event) => (valuesOf(event) ? [subjectOf(event)] : [])),
      );
      return events.map((event) => rowOf(event, event.subject && known.get(event.subject.id)));
    },

    first(event) {
      const { key, wrapped, keep } = keys.fresh(subjectOf(event).id);
      return { row: rowOf(event, key), wrapped, keep };
    },

    async seal(db, values) {
      const known = await keys.of(
        db,
        values.map(({ ref }) => ref),
      );
      return values.map(({ ref, about, value }) => {
        const key = known.get(ref.id);
        return key && sealJson(key, about, value);
      });
    },

    open({ subject, about, sealed, wrapped }) {
      const key = keys.unwrapped(subject, wrapped);
      return key && (JSON.parse(unseal(key, about, sealed).toString()) as JsonValue);
    },

    destroy: (db, subjects) => keys.destroy(db, subjects),
  };
}

/** Keeps names and no values, and makes no keys: for a copy whose events are forgotten. */
export const withoutValues: Vault = {
  rows: async (_db, events) => events.map(openColumns),
  first: (event) => ({ row: openColumns(event), wrapped: "", keep: () => undefined }),
  seal: async (_db, values) => values.map(() => undefined),
  open: () => undefined,
  destroy: async () => undefined,
};

function valuesOf(event: HistoryEvent): JsonObject | undefined {
  if (!hasValues(event)) return undefined;
  const { changes, personal } = event;
  // Both are JSON by their types; an absent side of a change is left out by it.
  return { ...(changes ? { changes: changes as unknown as JsonObject } : {}), ...(personal ? { detail: personal } : {}) };
}

function subjectOf({ code, subject }: HistoryEvent): EntityRef {
  if (!subject) throw new Error(`an event ${code} has values and nobody whose they are`);
  return subject;
}
