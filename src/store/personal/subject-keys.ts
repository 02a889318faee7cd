import { LRUCache } from "lru-cache";
import pg from "pg";
import type { EntityRef } from "../../core/entity.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { KeyMaker } from "./key-encryption.ts";

/*
 * A key for each person, group and department that values are kept of. Whoever writes has it in memory as a rule: it was made or read by this process before.
 * A key that was destroyed meanwhile may be used by others for a while; what they encrypt can be read by nobody.
 */

/** About 20 MB. */
const REMEMBERED = 50_000;

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
  /** Of these subjects, who get none any more. In the transaction of `db`. */
  destroy(db: Queryable, subjects: readonly EntityRef[]): Promise<void>;
}

export function createSubjectKeys(kek: KeyMaker): SubjectKeys {
  const remembered = new LRUCache<string, Buffer>({ max: REMEMBERED });

  const unwrapped = (subject: string, wrapped: Buffer | null): Buffer | undefined =>
    wrapped === null ? undefined : kek.keyOf(subject, wrapped);

  async function read(db: Queryable, subjects: readonly string[], known: Map<string, Buffer | undefined>): Promise<void> {
    if (subjects.length === 0) return;
    for (const { subject, wrapped } of await run<KeyRow>(db, READ, [subjects])) {
      const key = unwrapped(subject, wrapped);
      known.set(subject, key);
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
      const known = new Map<string, Buffer | undefined>();
      const wanted = new Map<string, EntityRef>();
      for (const ref of subjects) {
        const key = remembered.get(ref.id);
        if (key) known.set(ref.id, key);
        else wanted.set(ref.id, ref);
      }
      await read(db, [...wanted.keys()], known);
      const missing = [...wanted.values()].filter(({ id }) => !known.has(id));
      if (missing.length === 0) return known;
      const rows = missing.map(({ id, kind }) => ({ subject: id, kind, wrapped: hex(kek.fresh(id).kept) }));
      await run(db, MAKE, [JSON.stringify(rows)]);
      await read(
        db,
        missing.map(({ id }) => id),
        known,
      );
      return known;
    },

    async destroy(db, subjects) {
      await run(db, DESTROY, [JSON.stringify(subjects.map(({ id, kind }) => ({ subject: id, kind })))]);
      for (const { id } of subjects) remembered.delete(id);
    },
  };
}

/** A bytea as PostgreSQL reads it from text. */
export const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;
