import type pg from "pg";
import { digestOf, type OpenColumns, openPart } from "../../../history/entry.ts";
import type { KeptDigests, KeptEvent, LogReader } from "../../../history/log/ports.ts";
import { HASH_BYTES } from "../../../tlog/hash.ts";
import { TILE } from "../../../tlog/tiles.ts";
import type { Pool } from "../../postgres/pool.ts";
import { packedRows, rowsOf } from "../../postgres/row-encoding.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import { allKeys } from "./keys.ts";
import { EVENT_COLUMNS, eventText, type PackedEvent, packedEvent, type Texts } from "./packed-events.ts";

const statement = (name: string, text: string): Statement => ({ name: `log-${name}`, text });

const CHECKPOINT = statement(
  "checkpoint",
  "select c.note from history_checkpoints c where c.published_at is not null order by c.id desc limit 1",
);
const TILE_OF = statement("tile", "select t.hashes from history_tiles t where t.level = $1 and t.index = $2");
const ENTRIES = statement(
  "entries",
  "select l.entry from history_leaves l where l.index >= $1 and l.index < $2 order by l.index",
);
const BUNDLE =
  "from history_leaves l left join history h on h.id = l.event where l.index >= $1 and l.index < $2 order by l.index";
const EVENTS = statement("events", `select l.event, h.id, ${EVENT_COLUMNS} ${BUNDLE}`);
/** The entries of a bundle and their events, as two texts. */
const bundle = (texts: Texts, sealed: "digest" | "base64"): Statement =>
  statement(
    `bundle-${texts}-${sealed}`,
    `select ${packedRows("r.entry")} as entries, ${packedRows(eventText(texts, "null", sealed))} as rows from (select l.entry, l.event, ${EVENT_COLUMNS} ${BUNDLE}) r`,
  );
const BUNDLES = {
  digest: { plain: bundle("plain", "digest"), json: bundle("json", "digest") },
  base64: { plain: bundle("plain", "base64"), json: bundle("json", "base64") },
} as const;
const INDEX = statement("index", "select l.index from history_leaves l where l.event = $1");

interface KeptRow extends pg.QueryResultRow, Omit<OpenColumns, "at"> {
  readonly event: string;
  readonly at: Date;
  readonly sealed: Buffer | null;
}

export function createLogReader(pool: Pool): LogReader {
  async function events(index: number, width: number): Promise<readonly KeptEvent[] | undefined> {
    const rows = await run<KeptRow>(pool.byKey, EVENTS, placeOf(index, width));
    return rows.length === width ? rows.map(keptEvent) : undefined;
  }

  /**
   * Entries and events of a bundle, in packed form. Undefined: some are missing, or they can only be read row
   * by row.
   */
  async function packed(index: number, width: number, sealed: "digest" | "base64") {
    for (const texts of ["plain", "json"] as const satisfies readonly Texts[]) {
      const [whole] = await run<{ entries: string | null; rows: string | null }>(
        pool.byKey,
        BUNDLES[sealed][texts],
        placeOf(index, width),
      );
      const entries = rowsOf({ rows: whole!.entries });
      const kept = rowsOf(whole!).flatMap((row) => packedEvent(row, texts) ?? []);
      if (kept.length === width && entries.length === width) return { entries, kept };
    }
    return undefined;
  }

  async function entries(index: number, width: number): Promise<readonly string[] | undefined> {
    const rows = await run<{ entry: string }>(pool.byKey, ENTRIES, placeOf(index, width));
    return rows.length === width ? rows.map(({ entry }) => entry) : undefined;
  }

  return {
    checkpoint: async () => (await run<{ note: string }>(pool, CHECKPOINT, []))[0]?.note,

    keys: () => allKeys(pool),

    async tile(level, index, width) {
      const [row] = await run<{ hashes: Buffer }>(pool, TILE_OF, [level, index]);
      return row && row.hashes.length >= width * HASH_BYTES
        ? row.hashes.subarray(0, width * HASH_BYTES)
        : undefined;
    },

    entries,

    events,

    async kept(index, width) {
      const both = await packed(index, width, "base64");
      if (both) return { entries: both.entries, events: both.kept.map(withText) };
      const [leaves, rows] = [await entries(index, width), await events(index, width)];
      return leaves && rows && { entries: leaves, events: rows };
    },

    async bundle(index, width) {
      const both = await packed(index, width, "digest");
      return both && { entries: both.entries, kept: both.kept.map(digestsOf) };
    },

    indexOf: async (event) => (await run<{ index: number }>(pool, INDEX, [event]))[0]?.index,
  };
}

const placeOf = (index: number, width: number): readonly number[] => [index * TILE, index * TILE + width];

const keptEvent = ({ event, at, ...row }: KeptRow): KeptEvent =>
  row.id === null
    ? { id: event }
    : {
        id: event,
        open: openPart({ ...row, at: at.toISOString() }),
        ...(row.sealed === null ? {} : { sealed: row.sealed.toString("base64") }),
      };

const withText = ({ id, open, sealed }: PackedEvent): KeptEvent => ({
  id,
  ...(open === undefined ? {} : { open: openPart(open) }),
  ...(sealed === null ? {} : { sealed }),
});

const digestsOf = ({ id, open, sealed }: PackedEvent): KeptDigests => ({
  id,
  ...(open === undefined ? {} : { open: digestOf(openPart(open)) }),
  ...(sealed === null ? {} : { sealed }),
});
