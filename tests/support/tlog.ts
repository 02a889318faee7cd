import { parseCheckpoint } from "../../src/tlog/checkpoint.ts";
import { HASH_BYTES, nodeHash, splitOf } from "../../src/tlog/hash.ts";
import type { EntryProof } from "../../src/tlog/proof-text.ts";
import { TILE, type TilePlace } from "../../src/tlog/tiles.ts";

/* What a reader of the log does with its proofs. The product only writes them. */

const HEADER = "c2sp.org/tlog-proof@v1";

export function parseProof(text: string): EntryProof {
  const blank = text.indexOf("\n\n");
  const [header, extra = "", index = "", ...hashes] = text.slice(0, Math.max(0, blank)).split("\n");
  const entry = /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(extra)?.[1];
  const place = /^index (0|[1-9]\d{0,14})$/.exec(index)?.[1];
  const decoded = hashes.map((hash) => Buffer.from(hash, "base64"));
  if (
    header !== HEADER ||
    entry === undefined ||
    place === undefined ||
    decoded.some((hash) => hash.length !== HASH_BYTES)
  )
    throw new Error("a proof must have its header, the entry, the index and hashes");
  return {
    index: Number(place),
    hashes: decoded,
    entry: Buffer.from(entry, "base64"),
    checkpoint: parseCheckpoint(text.slice(blank + 2)),
  };
}

/**
 * The root that follows from a leaf and its siblings. Undefined: the number of siblings does not fit the
 * index and the size.
 */
export function rootFromInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
): Buffer | undefined {
  if (index >= size) return undefined;
  const left = [...proof];
  const climb = (from: number, to: number): Buffer | undefined => {
    if (to - from === 1) return leaf;
    const split = from + splitOf(to - from);
    const below = index < split ? climb(from, split) : climb(split, to);
    const sibling = left.shift();
    if (!below || !sibling) return undefined;
    return index < split ? nodeHash(below, sibling) : nodeHash(sibling, below);
  };
  const root = climb(0, size);
  return left.length === 0 ? root : undefined;
}

/** All tiles of a tree of this size, the lowest level first. */
export function* allTiles(size: number): Generator<TilePlace> {
  for (let level = 0; hashesAt(size, level) > 0; level++) {
    const count = hashesAt(size, level);
    for (let index = 0; index * TILE < count; index++)
      yield { level, index, width: Math.min(TILE, count - index * TILE) };
  }
}

const hashesAt = (size: number, level: number): number => Math.floor(size / TILE ** level);
