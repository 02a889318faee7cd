import { entriesIn, entryBundle } from "../../tlog/bundle.ts";
import { TILE, tilePath } from "../../tlog/tiles.ts";
import { digestOf } from "../entry.ts";
import type { Bundle, KeptDigests, KeptEvent, LogReader } from "./ports.ts";
import type { LogSource } from "./verify.ts";

/* Where a log may be read from. Files and addresses have one layout: that of C2SP tlog-tiles, with `key` and `events/` beside it. */

export const storedLog = (reader: LogReader): LogSource => ({
  checkpoint: reader.checkpoint,
  keys: reader.keys,
  tile: reader.tile,
  entries: reader.entries,
  events: reader.events,
  bundle: async (index, width) => (await reader.bundle(index, width)) ?? apart(reader, index, width),
});

/** What is at a path such as `tile/entries/x001/234.p/8`; undefined when nothing is. */
export type ReadPart = (path: string) => Promise<Buffer | undefined>;

export function laidOutLog(read: ReadPart): LogSource {
  /** A tile that is full now was not so when it was written, and the other way round. */
  const widthOrMore = async (folder: string, index: number, width: number): Promise<Buffer | undefined> =>
    (await read(`${folder}/${tilePath(index, width)}`)) ?? (width < TILE ? await read(`${folder}/${tilePath(index)}`) : undefined);

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
    bundle: (index, width) => apart({ entries, events }, index, width),
  };
}

/** What is kept of events, a line of JSON for each. */
export const eventLines = (events: readonly KeptEvent[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join("");

export const eventsIn = (lines: Buffer): readonly KeptEvent[] => lines.toString().split("\n").slice(0, -1).map(eventIn);

/** What is no event is compared as one that is not there. */
function eventIn(line: string): KeptEvent {
  try {
    const { id, open, sealed } = JSON.parse(line) as Partial<Record<keyof KeptEvent, unknown>>;
    const text = (value: unknown): value is string => typeof value === "string";
    return { id: text(id) ? id : "", ...(text(open) ? { open } : {}), ...(text(sealed) ? { sealed } : {}) };
  } catch {
    return { id: "" };
  }
}

/** The parts of a bundle, each read separately. */
export async function apart(source: Pick<LogSource, "entries" | "events">, index: number, width: number): Promise<Bundle | undefined> {
  const [entries, events] = await Promise.all([source.entries(index, width), source.events(index, width)]);
  return entries && { entries, kept: events?.map(digestsOf) };
}

function digestsOf({ id, open, sealed }: KeptEvent): KeptDigests {
  const values = Buffer.from(sealed ?? "", "base64");
  // One text for the same bytes: another one is no digest of anything.
  const isCanonical = values.toString("base64") === sealed;
  return {
    id,
    ...(open === undefined ? {} : { open: digestOf(open) }),
    ...(sealed === undefined ? {} : { sealed: isCanonical ? digestOf(values) : "" }),
  };
}

/** Every part of a log as files, the checkpoint last: who reads them while they are written sees a log that is shorter, and whole. */
export async function exportLog(
  source: LogSource,
  checkpoint: string,
  size: number,
  write: (path: string, content: Buffer | string) => Promise<void>,
) {
  const some = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new Error(`${what} is missing in the log`);
    return value;
  };
  const keys = await source.keys();
  for (let level = 0; Math.floor(size / TILE ** level) > 0; level++) {
    const count = Math.floor(size / TILE ** level);
    for (let index = 0; index * TILE < count; index++) {
      const width = Math.min(TILE, count - index * TILE);
      await write(
        `tile/${level}/${tilePath(index, width)}`,
        some(await source.tile(level, index, width), `tile ${index} of level ${level}`),
      );
      if (level > 0) continue;
      const entries = some(await source.entries(index, width), `bundle ${index}`);
      await write(`tile/entries/${tilePath(index, width)}`, entryBundle(entries));
      const events = some(await source.events(index, width), `the events of bundle ${index}`);
      await write(`events/${tilePath(index, width)}`, eventLines(events));
    }
  }
  await write("key", `${keys.join("\n")}\n`);
  await write("checkpoint", checkpoint);
}
