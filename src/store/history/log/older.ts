import type pg from "pg";
import type { EntityKind, JsonObject } from "../../../core/entity.ts";
import type { Changes } from "../../../history/event.ts";
import type { OlderEvents } from "../../../history/log/ports.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";

const BATCH = 500;

/**
 * Events whose values are not encrypted, by a partial index. Events without a subject are left out: there is
 * no key for them.
 */
const PLAIN: Statement = {
  name: "older-plain",
  text: `select h.id, h.subject_kind, h.subject, h.changes from history h where h.changes is not null and h.subject is not null order by h.id limit ${BATCH}`,
};

/**
 * The database allows only this function to change events (migration older_values). It skips events that
 * another process has encrypted meanwhile.
 */
const ENCRYPT: Statement = {
  name: "older-encrypt",
  text: "select history_encrypt_values($1::json)",
};

interface PlainRow extends pg.QueryResultRow {
  readonly id: string;
  readonly subject_kind: EntityKind;
  readonly subject: string;
  readonly changes: string;
}

/**
 * Encrypts values of events that an earlier version has written. Processes of that version may still be
 * running.
 */
export const createOlderEvents = (pool: Pool, vault: Vault): OlderEvents => ({
  async encryptSome() {
    const rows = await run<PlainRow>(pool, PLAIN, []);
    if (rows.length === 0) return undefined;
    const parts = rows.map(({ changes }) => partsOf(JSON.parse(changes) as Changes));
    const sealed = await vault.seal(
      pool,
      rows.map(({ id, subject_kind: kind, subject }, at) => ({
        ref: { kind, id: subject },
        about: id,
        value: { changes: parts[at]!.values },
      })),
    );
    const written = rows.map(({ id }, at) => {
      const { values, members } = parts[at]!;
      const hasValues = Object.keys(values).length > 0;
      const bytes = hasValues ? sealed[at] : undefined;
      return { id, members, ...(bytes ? { sealed: `\\x${bytes.toString("hex")}` } : {}) };
    });
    await run(pool, ENCRYPT, [JSON.stringify(written)]);
    return { first: rows[0]!.id, more: rows.length === BATCH };
  },
});

/** Separates the members of a group, which are ids and are not encrypted, from the other values. */
function partsOf({ members, ...values }: Changes): {
  readonly values: JsonObject;
  readonly members: Changes[string] | undefined;
} {
  // The cast is safe: the values are JSON, and JSON leaves out the missing side of a change.
  return { values: values as unknown as JsonObject, members };
}
