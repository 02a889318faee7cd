import type pg from "pg";
import { digestOf, type OpenColumns, openPart } from "../../../history/entry.ts";
import type { KeptDigests, KeptEvent, LogReader } from "../../../history/log/ports.ts";
import { HASH_BYTES } from "../../../tlog/hash.ts";
import { TILE } from "../../../tlog/tiles.ts";
import type { Pool } from "../../postgres/pool.ts";
import { type Packed, packed, rowsOf } from "../../postgres/row-encoding.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import { allKeys } from "./keys.ts";
import { EVENT_ROWS, type PackedEvent, packedEvent } from "./packed-events.ts";

const statement = (name: string, text: string): Statement => ({ name: `log-${name}`, text });

const CHECKPOINT = statement(
  "checkpoint",
  "select c.note from history_checkpoints c where c.published_at is not null order by c.id desc limit 1",
);
const TILE_OF = statement("tile", "select t.hashes from history_tiles t where t.level = $1 and t.index = $2");
const ENTRIES = statement("entries", "select l.entry from history_leaves l where l.index >= $1 and l.index < $2 order by l.index");
const BUNDLE = "from history_leaves l left join history h on h.id = l.event where l.index >= $1 and l.index < $2 order by l.index";
const EVENTS = statement(
  "events",
  `select l.event, h.id, h.at, h.code, h.actor, h.source_id, h.request_id, h.causes, h.subject_kind, h.subject, h.target, h.attempt, h.outcome, h.attributes,
     h.members, h.detail, h.sealed ${BUNDLE}`,
);
/** A control character parts them, which no entry of ours has. */
const PACKED_ENTRIES = statement(
  "entries-packed",
  packed("select l.entry from history_leaves l where l.index >= $1 and l.index < $2 order by l.index", { fields: ["r.entry"] }),
);
const PACKED_EVENTS = statement("events-packed", packed(`select l.event, h.*, null as ref ${BUNDLE}`, EVENT_ROWS));
const INDEX = statement("index", "select l.index from history_leaves l where l.event = $1");

interface KeptRow extends pg.QueryResultRow, Omit<OpenColumns, "at"> {
  readonly event: string;
  readonly at: Date;
  readonly sealed: Buffer | null;
}

export function createLogReader(pool: Pool): LogReader {
  async function events(index: number, width: number): Promise<readonly KeptEvent[] | undefined> {
    const rows = await run<KeptRow>(pool, EVENTS, [index * TILE, index * TILE + width]);
    return rows.length === width ? rows.map(keptEvent) : undefined;
  }

  return {
    checkpoint: async () => (await run<{ note: string }>(pool, CHECKPOINT, []))[0]?.note,

    keys: () => allKeys(pool),

    async tile(level, index, width) {
      const [row] = await run<{ hashes: Buffer }>(pool, TILE_OF, [level, index]);
      return row && row.hashes.length >= width * HASH_BYTES ? row.hashes.subarray(0, width * HASH_BYTES) : undefined;
    },

    async entries(index, width) {
      const place = [index * TILE, index * TILE + width];
      const [whole] = await run<Packed & pg.QueryResultRow>(pool, PACKED_ENTRIES, place);
      const texts = rowsOf(whole!);
      if (texts.length === width) return texts;
      const rows = await run<{ entry: string }>(pool, ENTRIES, place);
      return rows.length === width ? rows.map(({ entry }) => entry) : undefined;
    },

    events,

    async digests(index, width) {
      const [whole] = await run<Packed & pg.QueryResultRow>(pool, PACKED_EVENTS, [index * TILE, index * TILE + width]);
      const rows = rowsOf(whole!);
      return rows.length === width ? rows.map(packedEvent).map(digestsOf) : undefined;
    },

    indexOf: async (event) => (await run<{ index: number }>(pool, INDEX, [event]))[0]?.index,
  };
}

const keptEvent = ({ event, at, ...row }: KeptRow): KeptEvent =>
  row.id === null
    ? { id: event }
    : {
        id: event,
        open: openPart({ ...row, at: at.toISOString() }),
        ...(row.sealed === null ? {} : { sealed: row.sealed.toString("base64") }),
      };

const digestsOf = ({ id, open, sealed }: PackedEvent): KeptDigests => ({
  id,
  ...(open === undefined ? {} : { open: digestOf(openPart(open)) }),
  ...(sealed === null ? {} : { sealed }),
});
