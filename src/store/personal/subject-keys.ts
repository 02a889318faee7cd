import { LRUCache } from "lru-cache";
import pg from "pg";
import type { EntityRef } from "../../core/entity.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { KeyMaker } from "./key-encryption.ts";

/*
 * A key for each person, group and department that values are kept of. Whoever writes has it in memory as a rule: it was made or read by this process before.
 * Other processes may use a destroyed key for a while; the values that they encrypt with it cannot be read.
 */

/** About 20 MB. */
const REMEMBERED = 50_000;
/** Of what was read and not used yet: about 5 MB. As many as the directory remembers people. */
const UNUSED = 20_000;

/** The keys of the subjects `p.ids`, as text for `seen`: for a statement that reads these subjects anyway. NULL where none has one. */
export const KEYS_OF_PAGE = `(
  select json_agg(json_build_array(k.subject, encode(k.wrapped, 'hex')))::text from subject_keys k
   where k.subject = any (p.ids) and k.wrapped is not null)`;

const READ: Statement = {
  name: "keys-read",
  text: "select k.subject, k.wrapped from subject_keys k where k.subject = any($1::uuid[])",
};

/** Who was faster has made the key. */
const MAKE: Statement = {
  name: "keys-make",
  text: `insert into subject_keys (subject, kind, wrapped)
    select w.subject, w.kind, w.wrapped from json_to_recordset($1::json) as w(subject uuid, kind text, wrapped bytea) order by w.subject
    on conflict (subject) do nothing`,
};

const DESTROY: Statement = {
  name: "keys-destroy",
  // Who has no key gets none any more.
  text: `insert into subject_keys as k (subject, kind, destroyed_at)
    select w.subject, w.kind, now() from json_to_recordset($1::json) as w(subject uuid, kind text) order by w.subject
    on conflict (subject) do update set wrapped = null, destroyed_at = now() where k.wrapped is not null`,
};

interface KeyRow extends pg.QueryResultRow {
  readonly subject: string;
  readonly wrapped: Buffer | null;
}

/** A key whose row the caller writes, in the statement that makes the subject. */
export interface NewKey {
  readonly key: Buffer;
  /** The column `wrapped`, as JSON has it. */
  readonly wrapped: string;
  /** To be called when the row is committed, not before. */
  keep(): void;
}

export interface SubjectKeys {
  fresh(subject: string): NewKey;
  /** The key of each, made where there was none; undefined where it was destroyed. */
  of(db: Queryable, subjects: readonly EntityRef[]): Promise<ReadonlyMap<string, Buffer | undefined>>;
  /** As rows of `subject_keys` have it; null = destroyed. */
  unwrapped(subject: string, wrapped: Buffer | null): Buffer | undefined;
  /** Keys that were read beside their subjects, as `KEYS_OF_PAGE` has them: who changes one of them next needs no statement of its own for its key. */
  seen(keys: string): void;
  /** Of these subjects, who get none any more. In the transaction of `db`. */
  destroy(db: Queryable, subjects: readonly EntityRef[]): Promise<void>;
}

export function createSubjectKeys(kek: KeyMaker): SubjectKeys {
  const remembered = new LRUCache<string, Buffer>({ max: REMEMBERED });
  /** In hexadecimal. Most of those who are read are not changed: a key is worked out when it is needed. */
  const unused = new LRUCache<string, string>({ max: UNUSED });

  const unwrapped = (subject: string, wrapped: Buffer | null): Buffer | undefined =>
    wrapped === null ? undefined : kek.keyOf(subject, wrapped);

  function known(subject: string): Buffer | undefined {
    const wrapped = unused.get(subject);
    if (wrapped === undefined) return remembered.get(subject);
    unused.delete(subject);
    try {
      const key = kek.keyOf(subject, Buffer.from(wrapped, "hex"));
      remembered.set(subject, key);
      return key;
    } catch {
      // It was read before another key-encryption key came into force. The row is read again, and what is wrong with that is reported.
      return undefined;
    }
  }

  async function read(db: Queryable, subjects: readonly string[], keys: Map<string, Buffer | undefined>): Promise<void> {
    if (subjects.length === 0) return;
    for (const { subject, wrapped } of await run<KeyRow>(db, READ, [subjects])) {
      const key = unwrapped(subject, wrapped);
      keys.set(subject, key);
      // A transaction may see what is never committed.
      if (key && db instanceof pg.Pool) remembered.set(subject, key);
    }
  }

  return {
    unwrapped,

    fresh(subject) {
      const { key, kept } = kek.fresh(subject);
      return { key, wrapped: hex(kept), keep: () => void remembered.set(subject, key) };
    },

    async of(db, subjects) {
      const keys = new Map<string, Buffer | undefined>();
      const wanted = new Map<string, EntityRef>();
      for (const ref of subjects) {
        const key = known(ref.id);
        if (key) keys.set(ref.id, key);
        else wanted.set(ref.id, ref);
      }
      await read(db, [...wanted.keys()], keys);
      const missing = [...wanted.values()].filter(({ id }) => !keys.has(id));
      if (missing.length === 0) return keys;
      const rows = missing.map(({ id, kind }) => ({ subject: id, kind, wrapped: hex(kek.fresh(id).kept) }));
      await run(db, MAKE, [JSON.stringify(rows)]);
      await read(
        db,
        missing.map(({ id }) => id),
        keys,
      );
      return keys;
    },

    seen(keys) {
      for (const [subject, wrapped] of JSON.parse(keys) as readonly (readonly [string, string])[])
        if (!remembered.has(subject)) unused.set(subject, wrapped);
    },

    async destroy(db, subjects) {
      await run(db, DESTROY, [JSON.stringify(subjects.map(({ id, kind }) => ({ subject: id, kind })))]);
      for (const { id } of subjects) {
        remembered.delete(id);
        unused.delete(id);
      }
    },
  };
}

/** A bytea as PostgreSQL reads it from text. */
export const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;
