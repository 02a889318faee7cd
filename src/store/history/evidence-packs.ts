import type pg from "pg";
import type { ListedPack, PackState, PackStore } from "../../evidence/pack/store.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";

const statement = (name: string, text: string): Statement => ({ name: `packs-${name}`, text });

/** Number of packs that are kept. A pack may have the history of years. */
const KEPT = 5;

/**
 * The state of a pack, by the clock of the database, because maker and reader may be different machines. The
 * maker sends a heartbeat every ten seconds.
 */
const STATE =
  "case when p.state = 'making' and p.seen_at < now() - interval '1 minute' then 'failed' else p.state end";

const BEGIN = statement(
  "begin",
  "insert into evidence_packs (id, period_from, period_to, sample, seed) values ($1, $2, $3, $4, $5)",
);
const SEEN = statement(
  "seen",
  "update evidence_packs set seen_at = now() where id = $1 and state = 'making'",
);
const ADD = statement("add", "insert into evidence_pieces (pack_id, place, content) values ($1, $2, $3)");
const MADE = statement(
  "made",
  `with made as (update evidence_packs set state = 'made', made_at = now(), bytes = $2, pieces = $3 where id = $1 returning id)
    delete from evidence_packs p
     where p.state = 'made' and p.id <> $1 and p.id not in (
       select n.id from evidence_packs n where n.state = 'made' and n.id <> $1 order by n.made_at desc, n.id desc limit ${KEPT - 1})`,
);
const FAILED = statement(
  "failed",
  "with failed as (update evidence_packs set state = 'failed' where id = $1) delete from evidence_pieces where pack_id = $1",
);
const ONE = statement(
  "one",
  `select ${STATE} as state, p.bytes, p.pieces from evidence_packs p where p.id = $1`,
);
/** Packs that are not finished or have failed are listed for a day. */
const LIST = statement(
  "list",
  `select p.id, ${STATE} as state, p.bytes, p.period_from as "from", p.period_to as "to", p.sample, p.seed from evidence_packs p
    where p.state = 'made' or p.ordered_at > now() - interval '1 day' order by p.ordered_at desc, p.id desc limit 100`,
);
const PIECE = statement("piece", "select content from evidence_pieces where pack_id = $1 and place = $2");

interface Row extends pg.QueryResultRow {
  readonly state: ListedPack["state"];
  readonly bytes: number | null;
  readonly pieces: number | null;
}

export const createPackStore = (pool: Pool): PackStore => ({
  async begin(id, { from, to, sample, seed }) {
    await run(pool, BEGIN, [id, from, to, sample, seed]);
  },
  async seen(id) {
    await run(pool, SEEN, [id]);
  },
  async add(id, place, content) {
    await run(pool, ADD, [id, place, content]);
  },
  async made(id, { bytes, pieces }) {
    await run(pool, MADE, [id, bytes, pieces]);
  },
  async failed(id) {
    await run(pool, FAILED, [id]);
  },
  state: async (id) => stateOf((await run<Row>(pool, ONE, [id]))[0]),
  async list() {
    const rows = await run<Row & ListedPack["ordered"] & { readonly id: string }>(pool, LIST, []);
    return rows.map(({ id, state, bytes, from, to, sample, seed }) => ({
      id,
      state,
      bytes,
      ordered: { from, to, sample, seed },
    }));
  },
  piece: async (id, place) => (await run<{ content: Buffer }>(pool, PIECE, [id, place]))[0]?.content,
});

function stateOf(row: Row | undefined): PackState {
  if (!row) return { kind: "unknown" };
  const { state, bytes, pieces } = row;
  return state === "made" ? { kind: "made", bytes: bytes ?? 0, pieces: pieces ?? 0 } : { kind: state };
}
