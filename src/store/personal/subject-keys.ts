import { LRUCache } from "lru-cache";
import pg from "pg";
import type { EntityRef } from "../../core/entity.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { KeyMaker } from "./key-encryption.ts";

/*
 * The keys of people, groups and departments. A process that writes usually has the key in memory, because it
 * made or read it before. Other processes may still use a destroyed key for a while. The values that they
 * encrypt with it cannot be read.
 */

/** Number of cached keys, about 20 MB. */
const REMEMBERED = 50_000;
/**
 * Number of keys that were read and not derived yet, about 5 MB. The directory caches the same number of
 * people.
 */
const UNUSED = 20_000;

/**
 * SQL for the keys of the subjects `p.ids`, as text for `seen`. A statement that reads these subjects can
 * have it as a column. NULL: none has a key.
 */
export const KEYS_OF_PAGE = `(
  select json_agg(json_build_array(k.subject, encode(k.wrapped, 'hex')))::text from subject_keys k
   where k.subject = any (p.ids) and k.wrapped is not null)`;

const READ: Statement = {
  name: "keys-read",
  text: "select k.subject, k.wrapped from subject_keys k where k.subject = any($1::uuid[])",
};

/** If another process has made the key meanwhile, its key stays. */
const MAKE: Statement = {
  name: "keys-make",
  text: `insert into subject_keys (subject, kind, wrapped)
    select w.subject, w.kind, w.wrapped from json_to_recordset($1::json) as w(subject uuid, kind text, wrapped bytea) order by w.subject
    on conflict (subject) do nothing`,
};

const DESTROY: Statement = {
  name: "keys-destroy",
  // A row without a key prevents that the subject gets a key later.
  text: `insert into subject_keys as k (subject, kind, destroyed_at)
    select w.subject, w.kind, now() from json_to_recordset($1::json) as w(subject uuid, kind text) order by w.subject
    on conflict (subject) do update set wrapped = null, destroyed_at = now() where k.wrapped is not null`,
};

interface KeyRow extends pg.QueryResultRow {
  readonly subject: string;
  readonly wrapped: Buffer | null;
}

/** A new key. The caller writes its row in the statement that creates the subject. */
export interface NewKey {
  readonly key: Buffer;
  /** The value of the column `wrapped`, for JSON. */
  readonly wrapped: string;
  /** Caches the key. The caller must call it only after the row is committed. */
  keep(): void;
}

export interface SubjectKeys {
  fresh(subject: string): NewKey;
  /** Subject → key. Makes missing keys. Undefined: the key was destroyed. */
  of(db: Queryable, subjects: readonly EntityRef[]): Promise<ReadonlyMap<string, Buffer | undefined>>;
  /** The key from a row of `subject_keys`. `wrapped` null: it was destroyed. */
  unwrapped(subject: string, wrapped: Buffer | null): Buffer | undefined;
  /**
   * Caches keys that were read with `KEYS_OF_PAGE`. A later change of one of these subjects then needs no
   * statement for its key.
   */
  seen(keys: string): void;
  /** Destroys the keys of these subjects, in the transaction of `db`. They never get a key again. */
  destroy(db: Queryable, subjects: readonly EntityRef[]): Promise<void>;
}

export function createSubjectKeys(kek: KeyMaker): SubjectKeys {
  const remembered = new LRUCache<string, Buffer>({ max: REMEMBERED });
  /**
   * Stored parts in hexadecimal. Keys are derived only when they are needed, because most subjects that are
   * read are not changed.
   */
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
      // It was read before the key-encryption key was replaced. The caller reads the row again, and that
      // reports an error if there is one.
      return undefined;
    }
  }

  async function read(
    db: Queryable,
    subjects: readonly string[],
    keys: Map<string, Buffer | undefined>,
  ): Promise<void> {
    if (subjects.length === 0) return;
    for (const { subject, wrapped } of await run<KeyRow>(db, READ, [subjects])) {
      const key = unwrapped(subject, wrapped);
      keys.set(subject, key);
      // A key that was read in a transaction is not cached, because it may never be committed.
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

/** A bytea in PostgreSQL's text form. */
export const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;
