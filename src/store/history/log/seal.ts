import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import { entryOf } from "../../../history/entry.ts";
import type { SealStore } from "../../../history/log/ports.ts";
import { checkpointText } from "../../../tlog/checkpoint.ts";
import { leafHash } from "../../../tlog/hash.ts";
import { formatNote, signText } from "../../../tlog/note.ts";
import { GrowingTree, rightEdge } from "../../../tlog/tiles.ts";
import type { Pool } from "../../postgres/pool.ts";
import { type Packed, packed, rowsOf } from "../../postgres/row-encoding.ts";
import { inTransaction, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { currentKey, type LoadLogKey, type LogKey } from "./keys.ts";
import { EVENT_ROWS, type PackedEvent, packedEvent } from "./packed-events.ts";

const statement = (name: string, text: string): Statement => ({ name: `seal-${name}`, text });

/** Who has it extends the log. */
const TRY_LOCK = statement("lock", "select pg_try_advisory_xact_lock(hashtextextended('history-log', 0)) as mine");

/** Events walked through at a time, entries made in one transaction, and those made before requests have a turn: 32 of them take less than a millisecond. */
const PART = 20_000;
const BATCH = 2_048;
const TURN = 32;

/** Those of one part of the history that have no entry. What is still in plain text gets one when it is encrypted. */
const WITHOUT_ENTRY = statement(
  "without-entry",
  `with part as materialized (select h.id, h.changes is null as ready from history h where h.id > $1 order by h.id limit ${PART})
   select (select p.id from part p order by p.id desc limit 1) as last, (select count(*) from part) as n,
     array(select p.id from part p where p.ready and not exists (select from history_leaves l where l.event = p.id) order by p.id) as ids`,
);

const ROWS = statement(
  "rows",
  packed(
    `select h.id as event, h.*, k.ref from history h left join subject_keys k on k.subject = h.subject
     where h.id = any($1::uuid[]) and h.changes is null and not exists (select from history_leaves l where l.event = h.id) order by h.id`,
    EVENT_ROWS,
  ),
);

const SIZE = statement("size", "select l.origin, l.size from history_log l");
const EDGE = statement(
  "edge",
  "select t.level, t.hashes from history_tiles t join unnest($1::smallint[], $2::bigint[]) as w(level, index) on t.level = w.level and t.index = w.index",
);
/** Parts entries, which are one line of JSON each. */
const PARTING = "\n";

const PUT_LEAVES = statement(
  "put-leaves",
  // One text for all entries: as an array, each of their quotes would have to be escaped.
  `insert into history_leaves (index, event, entry) select $1::bigint + w.n - 1, w.event, w.entry
     from unnest($2::uuid[], string_to_array($3, '${PARTING}')) with ordinality as w(event, entry, n)`,
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
/** Whether there is none of this size, or the last is an hour old: that nothing happened is told too. */
const IS_DUE = statement(
  "is-due",
  `select not exists (select from history_checkpoints c where c.id = (select max(id) from history_checkpoints) and c.size = $1 and c.at > $2::timestamptz - interval '1 hour') as due`,
);
/** Those of one size are the same; of the others the last of each hour stays. */
const THIN_OUT = statement(
  "thin-out",
  `delete from history_checkpoints c where c.at < $1::timestamptz - interval '1 day'
     and exists (select from history_checkpoints n where n.id > c.id and date_trunc('hour', n.at) = date_trunc('hour', c.at) and n.published_at is not null)`,
);

interface Part extends pg.QueryResultRow {
  readonly last: string | null;
  readonly n: number;
  readonly ids: readonly string[];
}

export interface SealOptions {
  readonly clock: Clock;
  readonly loadKey: LoadLogKey;
  /** Witnesses are asked: a checkpoint is published when enough of them have signed it. */
  readonly witnessed: boolean;
}

export function createSealStore(pool: Pool, options: SealOptions): SealStore {
  const { clock } = options;

  async function sealBatch(ids: readonly string[]): Promise<boolean> {
    const key = await options.loadKey();
    return inTransaction(pool, async (db) => {
      const [lock] = await run<{ mine: boolean }>(db, TRY_LOCK, []);
      if (!lock!.mine) return false;
      await extend(db, key, ids.length === 0 ? [] : await rowsWithoutEntry(db, ids), options);
      return true;
    });
  }

  return {
    async sealFrom(from, signal) {
      const startedAt = clock.now();
      let sealed = false;
      for (let after: string | null = from; after !== null; ) {
        if (signal.aborted) return false;
        const [part]: Part[] = await run<Part>(pool, WITHOUT_ENTRY, [after]);
        const { last, n, ids }: Part = part!;
        for (let at = 0; at < ids.length; at += BATCH) {
          if (!(await sealBatch(ids.slice(at, at + BATCH)))) return false;
          sealed = true;
        }
        after = n === PART ? last : null;
      }
      if (!sealed && !(await sealBatch([]))) return false;
      await run(pool, LOOKED, [startedAt]);
      return true;
    },
  };
}

/** One step of the log: entries, tiles and a checkpoint over all of it, in the transaction of `db`, which has the lock. */
async function extend(db: Queryable, key: LogKey, rows: readonly PackedEvent[], { clock, witnessed }: SealOptions): Promise<void> {
  const current = await currentKey(db);
  if (current !== key.verifier.text)
    throw new Error(`the log is signed with the key ${current}, and HISTORY_KEY_FILE holds ${key.verifier.text}`);
  const tree = await readTree(db);
  if (rows.length > 0) {
    const entries = await entriesOf(rows);
    await run(db, PUT_LEAVES, [tree.size, rows.map(({ id }) => id), entries.join(PARTING)]);
    const tiles = tree.append(entries.map(leafHash));
    await run(db, PUT_TILES, [tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ hashes }) => hashes)]);
    await run(db, PUT_SIZE, [tree.size]);
  }
  const at = clock.now();
  const [{ due } = { due: false }] = await run<{ due: boolean }>(db, IS_DUE, [tree.size, at]);
  if (!due) return;
  await putCheckpoint(db, tree, [key], { at, witnessed });
  if (rows.length === 0) await run(db, THIN_OUT, [at]);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function rowsWithoutEntry(db: Queryable, ids: readonly string[]): Promise<readonly PackedEvent[]> {
  const [whole] = await run<Packed & pg.QueryResultRow>(db, ROWS, [ids]);
  return rowsOf(whole!).map(packedEvent);
}

async function entriesOf(rows: readonly PackedEvent[]): Promise<readonly string[]> {
  const entries: string[] = [];
  for (let at = 0; at < rows.length; at += TURN) {
    for (const { open, sealed, ref } of rows.slice(at, at + TURN)) if (open) entries.push(entryOf(open, sealed, ref));
    await nextTurn();
  }
  return entries;
}

export async function readTree(db: Queryable): Promise<GrowingTree> {
  const [log] = await run<{ size: number }>(db, SIZE, []);
  const edge = rightEdge(log!.size);
  const tiles = await run<{ level: number; hashes: Buffer }>(db, EDGE, [edge.map(({ level }) => level), edge.map(({ index }) => index)]);
  return new GrowingTree(log!.size, new Map(tiles.map(({ level, hashes }) => [level, hashes])));
}

/** Signed by each of the keys. */
export async function putCheckpoint(
  db: Queryable,
  tree: GrowingTree,
  keys: readonly LogKey[],
  { at, witnessed }: { readonly at: Date; readonly witnessed: boolean },
): Promise<void> {
  const origin = keys[0]!.verifier.name;
  const text = checkpointText({ origin, size: tree.size, root: tree.root() });
  const note = formatNote({ text, signatures: keys.map(({ verifier, secret }) => signText(text, verifier, secret)) });
  await run(db, PUT_CHECKPOINT, [at, tree.size, note, !witnessed]);
}

/** The lock that extends the log, taken by who changes its key. */
export async function tryLogLock(db: Queryable): Promise<boolean> {
  const [lock] = await run<{ mine: boolean }>(db, TRY_LOCK, []);
  return lock!.mine;
}
