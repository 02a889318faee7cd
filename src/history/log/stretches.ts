import { entriesIn } from "../../tlog/bundle.ts";
import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { FormatError } from "../../tlog/format-error.ts";
import { HASH_BYTES } from "../../tlog/hash.ts";
import { TILE } from "../../tlog/tiles.ts";
import type { LogSource } from "./log-source.ts";
import type { KeptEvent } from "./ports.ts";
import { eventsIn, readSeparately } from "./sources.ts";

/*
 * A stretch is many bundles in one answer of a server. tlog-tiles has three addresses for each 256 entries. A
 * server limits the requests of a client per second, and the verification of a long log spent its time
 * waiting for this limit. A stretch needs 48 times fewer requests.
 */

/** Bundles in a stretch: about 6 MB of events. */
export const STRETCH_BUNDLES = 16;
const STRETCH = STRETCH_BUNDLES * TILE;

/** The parts of a bundle, in the order of the answer. Each part follows its length of 4 bytes. */
export interface BundleParts {
  readonly tile: Buffer;
  readonly entries: Buffer;
  readonly events: Buffer;
}

const LENGTH_BYTES = 4;

/** One bundle as bytes of the answer. */
export const packedParts = ({ tile, entries, events }: BundleParts): Buffer =>
  Buffer.concat(
    [tile, entries, events].flatMap((part) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );

/** Throws FormatError if the answer is cut off. */
function partsIn(stretch: Buffer): readonly BundleParts[] {
  let at = 0;
  const part = (): Buffer => {
    const begin = at + LENGTH_BYTES;
    const end = begin <= stretch.length ? begin + stretch.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > stretch.length) throw new FormatError("a stretch of the log is cut off");
    at = end;
    return stretch.subarray(begin, end);
  };
  const bundles: BundleParts[] = [];
  while (at < stretch.length) bundles.push({ tile: part(), entries: part(), events: part() });
  return bundles;
}

/**
 * The stretch of `count` entries from entry `first` on. Undefined: the server has no such address or no such
 * entries. Rejects if the answer broke off.
 */
export type ReadStretch = (first: number, count: number) => Promise<Buffer | undefined>;

interface Stretch {
  readonly count: number;
  readonly bundles: Promise<readonly BundleParts[] | undefined>;
}

/**
 * The same log, read in stretches. The next stretch is read while the current one is used. Parts that no
 * stretch has are read from `single`, which waits for a busy server: parts outside of stretches, parts of a
 * stretch that broke off, and all parts if the server has no stretches. At most three stretches are in
 * memory.
 */
export function inStretches(single: LogSource, read: ReadStretch): LogSource {
  const known = new Map<number, Stretch>();
  let size = 0;
  let serverHasStretches = true;

  function begin(number: number): Stretch | undefined {
    const count = Math.min(STRETCH, size - number * STRETCH);
    if (!serverHasStretches || count <= 0) return undefined;
    const answered = read(number * STRETCH, count).then(
      (answer) => {
        if (answer === undefined) serverHasStretches = false;
        return answer;
      },
      // These bundles are read from `single` instead. It reports the error if the server still fails.
      () => undefined,
    );
    const bundles = answered.then((answer) => answer && partsIn(answer));
    // `parts` awaits this promise later, and then throws its error. Without this handler Node would report an
    // unhandled rejection before that.
    bundles.catch(() => undefined);
    const stretch = { count, bundles };
    known.set(number, stretch);
    return stretch;
  }

  /** The bundle, if a stretch has it with exactly `width` entries. */
  async function parts(index: number, width: number): Promise<BundleParts | undefined> {
    const number = Math.floor(index / STRETCH_BUNDLES);
    const stretch = known.get(number) ?? begin(number);
    if (!stretch) return undefined;
    if (!known.has(number + 1)) begin(number + 1);
    for (const old of known.keys()) if (old < number - 1) known.delete(old);
    const place = index % STRETCH_BUNDLES;
    if (Math.min(TILE, stretch.count - place * TILE) !== width) return undefined;
    return (await stretch.bundles)?.[place];
  }

  async function entries(index: number, width: number): Promise<readonly (string | Buffer)[] | undefined> {
    const found = await parts(index, width);
    return found ? entriesIn(found.entries) : single.entries(index, width);
  }

  async function events(index: number, width: number): Promise<readonly KeptEvent[] | undefined> {
    const found = await parts(index, width);
    return found ? eventsIn(found.events) : single.events(index, width);
  }

  return {
    keys: single.keys,
    async checkpoint() {
      const text = await single.checkpoint();
      if (text !== undefined) ({ size } = parseCheckpoint(text));
      return text;
    },
    async tile(level, index, width) {
      const found = level === 0 ? await parts(index, width) : undefined;
      return found?.tile.length === width * HASH_BYTES ? found.tile : single.tile(level, index, width);
    },
    entries,
    events,
    bundle: (index, width) => readSeparately({ entries, events }, index, width),
  };
}
