import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import { entryOf } from "../../../history/entry.ts";
import type { SealStore } from "../../../history/log/ports.ts";
import { checkpointText } from "../../../tlog/checkpoint.ts";
import { leafHash } from "../../../tlog/hash.ts";
import { formatNote, signText } from "../../../tlog/note.ts";
import { GrowingTree, rightEdge } from "../../../tlog/tiles.ts";
import type { Pool } from "../../postgres/pool.ts";
import { packedRows, rowsOf } from "../../postgres/row-encoding.ts";
import { inTransaction, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { currentKey, type LoadLogKey, type LogKey } from "./keys.ts";
import { EVENT_COLUMNS, eventText, packedEvent, type Texts } from "./packed-events.ts";

const statement = (name: string, text: string): Statement => ({ name: `seal-${name}`, text });

/** Only the process with this lock may extend the log. */
const TRY_LOCK = statement(
  "lock",
  "select pg_try_advisory_xact_lock(hashtextextended('history-log', 0)) as mine",
);

/** Events that are checked in one transaction. */
const PART = 2_048;
/**
 * After this number of entries, other work of the process gets a turn. 32 entries take less than a
 * millisecond.
 */
const TURN = 32;

/**
 * Reads a part of the history, and packs the events without an entry. Events whose values are not encrypted
 * yet are left out: they get an entry after that. The text of a row is made only if the event has no entry.
 */
const partOf = (texts: Texts): Statement =>
  statement(
    `part-${texts}`,
    `select count(*)::int as n, (array_agg(r.event))[count(*)] as last,
       ${packedRows(eventText(texts, "(select k.ref from subject_keys k where k.subject = r.subject)"))}
         filter (where r.changes is null and not exists (select from history_leaves l where l.event = r.event)) as rows
     from (select h.id as event, h.changes, ${EVENT_COLUMNS} from history h where h.id > $1 order by h.id limit ${PART}) r`,
  );
const PARTS: Readonly<Record<Texts, Statement>> = { plain: partOf("plain"), json: partOf("json") };

/**
 * Counts the events and the entries of a stretch of the history. If the numbers are equal, every event has an
 * entry, because each entry belongs to one event. Most events have been sealed before, and counting takes a
 * fifth of the time of a look-up for each.
 */
const STRETCH = 4_096;
const IS_COMPLETE = statement(
  "is-complete",
  `select c.last, c.n, (select count(*)::int from history_leaves l where l.event > $1 and l.event <= c.last) as sealed
   from (select count(*)::int as n, (array_agg(r.id))[count(*)] as last from (select h.id from history h where h.id > $1 order by h.id limit ${STRETCH}) r) c`,
);

const SIZE = statement("size", "select l.origin, l.size from history_log l");
const EDGE = statement(
  "edge",
  "select t.level, t.hashes from history_tiles t join unnest($1::smallint[], $2::bigint[]) as w(level, index) on t.level = w.level and t.index = w.index",
);
/** Separates entries. Each entry is one line of JSON. */
const SEPARATOR = "\n";

const PUT_LEAVES = statement(
  "put-leaves",
  // All entries are one text. In an array every quotation mark would have to be escaped.
  `insert into history_leaves (index, event, entry) select $1::bigint + w.n - 1, w.event, w.entry
     from unnest(string_to_array($2, '${SEPARATOR}')::uuid[], string_to_array($3, '${SEPARATOR}')) with ordinality as w(event, entry, n)`,
);
const PUT_TILES = statement(
  "put-tiles",
  `insert into history_tiles (level, index, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
   on conflict (level, index) do update set hashes = excluded.hashes`,
);
const PUT_SIZE = statement("put-size", "update history_log set size = $1");
const LOOKED = statement("looked", "update history_log set looked_at = $1 where looked_at < $1");
const PUT_CHECKPOINT = statement(
  "put-checkpoint",
  "insert into history_checkpoints (at, size, note, published_at) values ($1, $2, $3, case when $4 then $1::timestamptz end)",
);
/**
 * A checkpoint is due if there is none of this size, or if the last one is an hour old. Checkpoints also
 * prove that nothing happened.
 */
const IS_DUE = statement(
  "is-due",
  `select not exists (select from history_checkpoints c where c.id = (select max(id) from history_checkpoints) and c.size = $1 and c.at > $2::timestamptz - interval '1 hour') as due`,
);
/** Deletes checkpoints that are older than a day, except the last one of each hour. */
const THIN_OUT = statement(
  "thin-out",
  `delete from history_checkpoints c where c.at < $1::timestamptz - interval '1 day'
     and exists (select from history_checkpoints n where n.id > c.id and date_trunc('hour', n.at) = date_trunc('hour', c.at) and n.published_at is not null)`,
);

interface PartRow extends pg.QueryResultRow {
  readonly n: number;
  readonly last: string | null;
  readonly rows: string | null;
}

interface Part {
  /** Id after which the next part begins. Undefined at the end of the history. */
  readonly next: string | undefined;
  readonly made: readonly Made[];
}

interface Made {
  readonly event: string;
  readonly entry: string;
  readonly hash: Buffer;
}

export interface SealOptions {
  readonly clock: Clock;
  readonly loadKey: LoadLogKey;
  /** There are witnesses: a checkpoint is published only after a quorum of them has signed it. */
  readonly witnessed: boolean;
}

export function createSealStore(pool: Pool, options: SealOptions): SealStore {
  const { clock } = options;

  /** Undefined: another process has the lock. */
  async function sealPart(
    from: string,
    key: LogKey,
    isLast: (part: Part) => boolean,
  ): Promise<Part | undefined> {
    return inTransaction(
      pool,
      async (db) => {
        const [lock] = await run<{ mine: boolean }>(db, TRY_LOCK, []);
        if (!lock!.mine) return undefined;
        const part = await readPart(db, from);
        if (part.made.length > 0 || isLast(part)) await extend(db, key, part.made, options);
        return part;
      },
      ALONG_INDEXES,
    );
  }

  /** Id of the last event after `from` up to which every event has an entry. */
  async function behindComplete(from: string): Promise<string> {
    for (let last = from; ; ) {
      const [row] = await run<{ last: string | null; n: number; sealed: number }>(pool.byKey, IS_COMPLETE, [
        last,
      ]);
      if (row!.last === null || row!.n !== row!.sealed) return last;
      last = row!.last;
    }
  }

  return {
    async sealFrom(from, signal) {
      const startedAt = clock.now();
      const key = await options.loadKey();
      let sealed = false;
      for (let next: string | undefined = from; next !== undefined; ) {
        if (signal.aborted) return false;
        // A checkpoint without new entries is signed too, at the end.
        const part: Part | undefined = await sealPart(
          await behindComplete(next),
          key,
          (at) => at.next === undefined && !sealed,
        );
        if (!part) return false;
        sealed ||= part.made.length > 0;
        next = part.next;
      }
      await run(pool, LOOKED, [startedAt]);
      return true;
    },
  };
}

/**
 * Forces plans that read parts by id and find entries by id. The statistics of a growing table could suggest
 * other plans.
 */
const ALONG_INDEXES =
  "set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_sort = off";

async function readPart(db: Queryable, from: string): Promise<Part> {
  for (const texts of ["plain", "json"] as const) {
    const [row] = await run<PartRow>(db, PARTS[texts], [from]);
    const { n, last } = row!;
    const made = await madeOf(rowsOf(row!), texts);
    if (made) return { next: n === PART && last !== null ? last : undefined, made };
  }
  throw new Error(`a row of the history after the event ${from} cannot be read`);
}

/**
 * Extends the log by these entries: writes entries, tiles and a checkpoint. The transaction of `db` must have
 * the lock.
 */
async function extend(
  db: Queryable,
  key: LogKey,
  made: readonly Made[],
  { clock, witnessed }: SealOptions,
): Promise<void> {
  const current = await currentKey(db);
  if (current !== key.verifier.text)
    throw new Error(
      `the log is signed with the key ${current}, but HISTORY_KEY_FILE has the key ${key.verifier.text}`,
    );
  const tree = await readTree(db);
  if (made.length > 0) {
    const joined = (of: (one: Made) => string): string => made.map(of).join(SEPARATOR);
    await run(db, PUT_LEAVES, [tree.size, joined(({ event }) => event), joined(({ entry }) => entry)]);
    const tiles = tree.append(made.map(({ hash }) => hash));
    await run(db, PUT_TILES, [
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      tiles.map(({ hashes }) => hashes),
    ]);
    await run(db, PUT_SIZE, [tree.size]);
  }
  const at = clock.now();
  const [{ due } = { due: false }] = await run<{ due: boolean }>(db, IS_DUE, [tree.size, at]);
  if (!due) return;
  await putCheckpoint(db, tree, [key], { at, witnessed });
  if (made.length === 0) await run(db, THIN_OUT, [at]);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Undefined: a row cannot be read with these texts. */
async function madeOf(rows: readonly string[], texts: Texts): Promise<readonly Made[] | undefined> {
  const made: Made[] = [];
  for (let at = 0; at < rows.length; at += TURN) {
    for (const row of rows.slice(at, at + TURN)) {
      const { id, open, sealed, ref } = packedEvent(row, texts) ?? {};
      if (id === undefined || open === undefined) return undefined;
      const entry = entryOf(open, sealed ?? null, ref ?? null);
      made.push({ event: id, entry, hash: leafHash(entry) });
    }
    await nextTurn();
  }
  return made;
}

export async function readTree(db: Queryable): Promise<GrowingTree> {
  const [log] = await run<{ size: number }>(db, SIZE, []);
  const edge = rightEdge(log!.size);
  const tiles = await run<{ level: number; hashes: Buffer }>(db, EDGE, [
    edge.map(({ level }) => level),
    edge.map(({ index }) => index),
  ]);
  return new GrowingTree(log!.size, new Map(tiles.map(({ level, hashes }) => [level, hashes])));
}

/** Writes a checkpoint that each of the keys has signed. */
export async function putCheckpoint(
  db: Queryable,
  tree: GrowingTree,
  keys: readonly LogKey[],
  { at, witnessed }: { readonly at: Date; readonly witnessed: boolean },
): Promise<void> {
  const origin = keys[0]!.verifier.name;
  const text = checkpointText({ origin, size: tree.size, root: tree.root() });
  const note = formatNote({
    text,
    signatures: keys.map(({ verifier, secret }) => signText(text, verifier, secret)),
  });
  await run(db, PUT_CHECKPOINT, [at, tree.size, note, !witnessed]);
}

/** Takes the lock of the log, for a change of its key. False: another process has it. */
export async function tryLogLock(db: Queryable): Promise<boolean> {
  const [lock] = await run<{ mine: boolean }>(db, TRY_LOCK, []);
  return lock!.mine;
}
