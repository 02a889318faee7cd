import type { HistoryEvent } from "../../history/event.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import type { KeyEncryptionKey, KeyMaker } from "./key-encryption.ts";
import { hex } from "./subject-keys.ts";

/* The key-encryption key of an installation. The first process that starts decides it. */

const IN_FORCE: Statement = { name: "key-in-force", text: "select k.id from encryption_key k" };

/** Puts a key in force, with an event: from this event on, values are encrypted when they are written. */
const PUT: Statement = {
  name: "key-put-in-force",
  text: `with done as (insert into encryption_key (id) values ($1) on conflict do nothing returning 1)
    ${appendEvent(2, "done")}`,
};

/**
 * Replaces the key, with an event that names both keys. Does nothing if another key was put in force
 * meanwhile.
 */
const REPLACE: Statement = {
  name: "key-replace",
  text: `with done as (update encryption_key set id = $2, since = now() where id = $1 returning 1)
    ${appendEvent(3, "done")}`,
};

/** Keys of people that are stored under another key-encryption key than the one with this tag. */
const OTHERS: Statement = {
  name: "key-others",
  text: `select k.subject, k.wrapped from subject_keys k
    where k.subject > $1 and k.wrapped is not null and (octet_length(k.wrapped) = 60 or substring(k.wrapped from 1 for 4) <> $2) order by k.subject limit 1000`,
};

/** Skips keys that were destroyed or changed since they were read. */
const PUT_OTHERS: Statement = {
  name: "key-put-others",
  text: `with done as (
      update subject_keys k set wrapped = w.wrapped from json_to_recordset($1::json) as w(subject uuid, before bytea, wrapped bytea)
        where k.subject = w.subject and k.wrapped = w.before returning 1)
    select count(*)::int as n from done`,
};

const FIRST = "00000000-0000-0000-0000-000000000000";

export function createKeyRegister(pool: Pool) {
  const inForce = async (): Promise<string | undefined> =>
    (await run<{ id: string }>(pool, IN_FORCE, []))[0]?.id;

  return {
    /** Id of the key; undefined before the first start. */
    inForce,

    /** Returns the id of the key in force afterwards. It is another id if another process was faster. */
    async putInForce(id: string, event: HistoryEvent): Promise<string> {
      await run(pool, PUT, [id, eventRow({ ...event, detail: { key: id } })]);
      return (await inForce()) ?? id;
    },

    /** False: another key was in force. */
    async replace(before: string, id: string, event: HistoryEvent): Promise<boolean> {
      await run(pool, REPLACE, [before, id, eventRow(event)]);
      return (await inForce()) === id;
    },

    /**
     * Wraps the keys of people with this key-encryption key, and returns their number. `keys` reads the keys
     * that are stored under others.
     */
    async wrapOthers(key: KeyEncryptionKey, keys: Pick<KeyMaker, "keyOf">): Promise<number> {
      let count = 0;
      for (let after = FIRST; ; ) {
        const rows = await run<{ subject: string; wrapped: Buffer }>(pool, OTHERS, [after, key.tag]);
        if (rows.length === 0) return count;
        const wrapped = rows.map(({ subject, wrapped: before }) => ({
          subject,
          before: hex(before),
          wrapped: hex(key.wrap(subject, keys.keyOf(subject, before))),
        }));
        count += (await run<{ n: number }>(pool, PUT_OTHERS, [JSON.stringify(wrapped)]))[0]!.n;
        after = rows.at(-1)!.subject;
      }
    },
  };
}
