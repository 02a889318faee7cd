import { entriesIn } from "../../tlog/bundle.ts";
import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { FormatError } from "../../tlog/format-error.ts";
import { HASH_BYTES } from "../../tlog/hash.ts";
import { TILE } from "../../tlog/tiles.ts";
import type { KeptEvent } from "./ports.ts";
import { apart, eventsIn } from "./sources.ts";
import type { LogSource } from "./verify.ts";

/*
 * Many bundles in one answer of a server: what tlog-tiles has at three addresses for each 256 entries. A server lets a client ask so often in a second, and whoever
 * verifies a long log waited for that, not for what is read.
 */

/** Bundles of a stretch: some 6 MB of events. */
export const STRETCH_BUNDLES = 16;
const STRETCH = STRETCH_BUNDLES * TILE;

/** What is behind its length in the answer, in this order, for each bundle. */
export interface BundleParts {
  readonly tile: Buffer;
  readonly entries: Buffer;
  readonly events: Buffer;
}

const LENGTH_BYTES = 4;

/** One bundle as it travels. */
export const packedParts = ({ tile, entries, events }: BundleParts): Buffer =>
  Buffer.concat(
    [tile, entries, events].flatMap((part) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );

/** Throws FormatError. */
export function partsIn(stretch: Buffer): readonly BundleParts[] {
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

/** Entries from `first` on; undefined where the server has no such address, or no such entries. Rejects where the answer broke off. */
export type ReadStretch = (first: number, count: number) => Promise<Buffer | undefined>;

interface Stretch {
  readonly count: number;
  readonly bundles: Promise<readonly BundleParts[] | undefined>;
}

/**
 * The same log, read by the stretch: the one that is asked for, and the next one meanwhile. What a stretch does not hold, a stretch that breaks off, and everything
 * where the server knows none, is read from `single`, which waits for a server that is busy. Memory is bounded by three stretches.
 */
export function inStretches(single: LogSource, read: ReadStretch): LogSource {
  const known = new Map<number, Stretch>();
  let size = 0;
  let isKnownThere = true;

  function begin(number: number): Stretch | undefined {
    const count = Math.min(STRETCH, size - number * STRETCH);
    if (!isKnownThere || count <= 0) return undefined;
    const answered = read(number * STRETCH, count).then(
      (answer) => {
        if (answer === undefined) isKnownThere = false;
        return answer;
      },
      // Read bundle by bundle: what keeps that from succeeding is said there.
      () => undefined,
    );
    const bundles = answered.then((answer) => answer && partsIn(answer));
    // Heard of when its turn comes.
    bundles.catch(() => undefined);
    const stretch = { count, bundles };
    known.set(number, stretch);
    return stretch;
  }

  /** The bundle when it is in a stretch with exactly so many entries. */
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
    bundle: (index, width) => apart({ entries, events }, index, width),
  };
}
