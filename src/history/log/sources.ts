import { entriesIn, entryBundle } from "../../tlog/bundle.ts";
import { TILE, tilePath } from "../../tlog/tiles.ts";
import { digestOf } from "../entry.ts";
import type { LogSource } from "./log-source.ts";
import { type Bundle, type KeptDigests, type KeptEvent, type LogReader, required } from "./ports.ts";

/*
 * Sources of a log: the database, files and addresses. Files and addresses have the layout of C2SP
 * tlog-tiles, and `key` and `events/` in addition.
 */

export const storedLog = (reader: LogReader): LogSource => ({
  checkpoint: reader.checkpoint,
  keys: reader.keys,
  tile: reader.tile,
  entries: reader.entries,
  events: reader.events,
  bundle: async (index, width) => (await reader.bundle(index, width)) ?? readSeparately(reader, index, width),
});

/** The content at a path such as `tile/entries/x001/234.p/8`. Undefined: there is nothing at this path. */
export type ReadPart = (path: string) => Promise<Buffer | undefined>;

export function laidOutLog(read: ReadPart): LogSource {
  /**
   * A tile that was partial when the checkpoint was signed may be stored as a full tile, because the log has
   * grown since.
   */
  const widthOrMore = async (folder: string, index: number, width: number): Promise<Buffer | undefined> =>
    (await read(`${folder}/${tilePath(index, width)}`)) ??
    (width < TILE ? await read(`${folder}/${tilePath(index)}`) : undefined);

  async function entries(index: number, width: number): Promise<readonly Buffer[] | undefined> {
    const bundle = await read(`tile/entries/${tilePath(index, width)}`);
    return bundle && entriesIn(bundle);
  }

  async function events(index: number, width: number): Promise<readonly KeptEvent[] | undefined> {
    const lines = await read(`events/${tilePath(index, width)}`);
    return lines && eventsIn(lines);
  }

  return {
    checkpoint: async () => (await read("checkpoint"))?.toString(),
    keys: async () => ((await read("key"))?.toString() ?? "").split("\n").filter((line) => line !== ""),
    async tile(level, index, width) {
      const tile = await widthOrMore(`tile/${level}`, index, width);
      return tile?.subarray(0, width * 32);
    },
    entries,
    events,
    bundle: (index, width) => readSeparately({ entries, events }, index, width),
  };
}

/** One line of JSON for each event. */
export const eventLines = (events: readonly KeptEvent[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

export const eventsIn = (lines: Buffer): readonly KeptEvent[] =>
  lines.toString().split("\n").slice(0, -1).map(eventIn);

/**
 * A line that is not an event is read as a removed event with an empty id. The comparison then reports it.
 */
function eventIn(line: string): KeptEvent {
  try {
    const { id, open, sealed } = JSON.parse(line) as Partial<Record<keyof KeptEvent, unknown>>;
    const text = (value: unknown): value is string => typeof value === "string";
    return { id: text(id) ? id : "", ...(text(open) ? { open } : {}), ...(text(sealed) ? { sealed } : {}) };
  } catch {
    return { id: "" };
  }
}

/** A bundle from separate reads of its entries and its events. */
export async function readSeparately(
  source: Pick<LogSource, "entries" | "events">,
  index: number,
  width: number,
): Promise<Bundle | undefined> {
  const [entries, events] = await Promise.all([source.entries(index, width), source.events(index, width)]);
  return entries && { entries, kept: events?.map(digestsOf) };
}

function digestsOf({ id, open, sealed }: KeptEvent): KeptDigests {
  const values = Buffer.from(sealed ?? "", "base64");
  // Several Base64 texts can decode to the same bytes. Only the canonical text is accepted.
  const isCanonical = values.toString("base64") === sealed;
  return {
    id,
    ...(open === undefined ? {} : { open: digestOf(open) }),
    ...(sealed === undefined ? {} : { sealed: isCanonical ? digestOf(values) : "" }),
  };
}

/**
 * Writes every part of a log as files. The checkpoint is written last, so a reader never sees a checkpoint
 * whose parts are missing.
 */
export async function exportLog(
  source: LogSource,
  checkpoint: string,
  size: number,
  write: (path: string, content: Buffer | string) => Promise<void>,
) {
  const keys = await source.keys();
  for (let level = 0; Math.floor(size / TILE ** level) > 0; level++) {
    const count = Math.floor(size / TILE ** level);
    for (let index = 0; index * TILE < count; index++) {
      const width = Math.min(TILE, count - index * TILE);
      await write(
        `tile/${level}/${tilePath(index, width)}`,
        required(await source.tile(level, index, width), `tile ${index} of level ${level}`),
      );
      if (level > 0) continue;
      const entries = required(await source.entries(index, width), `bundle ${index}`);
      await write(`tile/entries/${tilePath(index, width)}`, entryBundle(entries));
      const events = required(await source.events(index, width), `the events of bundle ${index}`);
      await write(`events/${tilePath(index, width)}`, eventLines(events));
    }
  }
  await write("key", `${keys.join("\n")}\n`);
  await write("checkpoint", checkpoint);
}
