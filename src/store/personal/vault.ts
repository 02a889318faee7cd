import type { EntityRef, JsonObject, JsonValue } from "../../core/entity.ts";
import { seal, unseal } from "../../core/secrets/sealing.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { EventRow, Vault } from "../vault.ts";
import { hasValues, openColumns } from "../write-sql.ts";
import type { KeyMaker } from "./key-encryption.ts";
import { createSubjectKeys, hex, KEYS_OF_PAGE } from "./subject-keys.ts";

/* Only this file encrypts and decrypts values of people: those of events, and those of other tables. */

export function createVault(kek: KeyMaker): Vault {
  const keys = createSubjectKeys(kek);
  const sealJson = (key: Buffer, about: string, value: JsonValue): Buffer =>
    seal(key, about, Buffer.from(JSON.stringify(value)));
  const rowOf = (event: HistoryEvent, key: Buffer | undefined): EventRow => {
    const values = valuesOf(event);
    return values && key
      ? { ...openColumns(event), sealed: hex(sealJson(key, event.id, values)) }
      : openColumns(event);
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

    keysOfPage: { sql: KEYS_OF_PAGE, read: keys.seen },

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

/**
 * A vault for a rehearsal, whose events are thrown away. It keeps the names of attributes, and neither values
 * nor keys.
 */
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
  // The cast is safe: both are JSON, and JSON leaves out the missing side of a change.
  return {
    ...(changes ? { changes: changes as unknown as JsonObject } : {}),
    ...(personal ? { detail: personal } : {}),
  };
}

function subjectOf({ code, subject }: HistoryEvent): EntityRef {
  if (!subject)
    throw new Error(`an event ${code} has values but no subject, so there is no key to encrypt them`);
  return subject;
}
