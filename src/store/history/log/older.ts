import type pg from "pg";
import type { EntityKind, JsonObject } from "../../../core/entity.ts";
import type { Changes } from "../../../history/event.ts";
import type { OlderEvents } from "../../../history/log/ports.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";

const BATCH = 500;

/** By the index of the remaining ones. Their subjects are unknown: they stay. */
const PLAIN: Statement = {
  name: "older-plain",
  text: `select h.id, h.subject_kind, h.subject, h.changes from history h where h.changes is not null and h.subject is not null order by h.id limit ${BATCH}`,
};

/** The database lets nothing else be changed (migration older_values), and another process may be faster. */
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

/** Values of events from before, or from processes of an earlier version that still run. */
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
      const some = Object.keys(values).length > 0;
      const bytes = some ? sealed[at] : undefined;
      return { id, members, ...(bytes ? { sealed: `\\x${bytes.toString("hex")}` } : {}) };
    });
    await run(pool, ENCRYPT, [JSON.stringify(written)]);
    return { first: rows[0]!.id, more: rows.length === BATCH };
  },
});

/** Members who joined or left are ids, which are not encrypted. */
function partsOf({ members, ...values }: Changes): { readonly values: JsonObject; readonly members: Changes[string] | undefined } {
  // JSON by its type; an absent side of a change is left out by it.
  return { values: values as unknown as JsonObject, members };
}
