import { nodeHash, splitOf, treeHash } from "./hash.ts";
import { hashesOf, TILE } from "./tiles.ts";

/*
 * Proofs of inclusion and of consistency (RFC 6962 section 2.1). They are made from tiles, and checked
 * without tiles.
 */

/** At least the first `width` hashes of a tile. A proof may read a tile twice; the caller may cache it. */
export type ReadTile = (level: number, index: number, width: number) => Promise<Buffer>;

/** The hash of the leaves from `from` to `to` (exclusive) in a tree of `size` leaves. */
async function rangeHash(read: ReadTile, size: number, from: number, to: number): Promise<Buffer> {
  const width = to - from;
  if (Number.isInteger(Math.log2(width)) && from % width === 0) return perfectHash(read, size, from, width);
  const split = splitOf(width);
  return nodeHash(
    await rangeHash(read, size, from, from + split),
    await rangeHash(read, size, from + split, to),
  );
}

async function perfectHash(read: ReadTile, size: number, from: number, width: number): Promise<Buffer> {
  const level = Math.floor(Math.log2(width) / 8);
  const unit = TILE ** level;
  const first = from / unit;
  const index = Math.floor(first / TILE);
  const tile = await read(level, index, Math.min(TILE, Math.floor(size / unit) - index * TILE));
  const start = first - index * TILE;
  return treeHash(hashesOf(tile).slice(start, start + width / unit));
}

/** The hashes of the siblings on the path from leaf `index` to the root, lowest first. */
export async function inclusionProof(
  read: ReadTile,
  index: number,
  size: number,
): Promise<readonly Buffer[]> {
  const path = async (from: number, to: number): Promise<Buffer[]> => {
    if (to - from === 1) return [];
    const split = from + splitOf(to - from);
    return index < split
      ? [...(await path(from, split)), await rangeHash(read, size, split, to)]
      : [...(await path(split, to)), await rangeHash(read, size, from, split)];
  };
  return path(0, size);
}

/** The hashes that prove that the tree of `old` leaves is the beginning of the tree of `size` leaves. */
export async function consistencyProof(
  read: ReadTile,
  old: number,
  size: number,
): Promise<readonly Buffer[]> {
  const proof = async (from: number, to: number, whole: boolean): Promise<Buffer[]> => {
    if (to === old) return whole ? [] : [await rangeHash(read, size, from, to)];
    const split = from + splitOf(to - from);
    return old <= split
      ? [...(await proof(from, split, whole)), await rangeHash(read, size, split, to)]
      : [...(await proof(split, to, false)), await rangeHash(read, size, from, split)];
  };
  return old === 0 || old === size ? [] : proof(0, size, true);
}

/** True: the proof shows that the tree `old` is the beginning of the tree `now`. */
export function isConsistent(
  old: { readonly size: number; readonly root: Buffer },
  now: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (old.size > now.size) return false;
  if (old.size === now.size) return proof.length === 0 && old.root.equals(now.root);
  if (old.size === 0) return proof.length === 0;
  const left = [...proof];
  const both = (from: number, to: number, whole: boolean): { before: Buffer; after: Buffer } | undefined => {
    if (to === old.size) {
      const same = whole ? old.root : left.shift();
      return same && { before: same, after: same };
    }
    const split = from + splitOf(to - from);
    const inLeft = old.size <= split;
    const below = inLeft ? both(from, split, whole) : both(split, to, false);
    const sibling = left.shift();
    if (!below || !sibling) return undefined;
    return inLeft
      ? { before: below.before, after: nodeHash(below.after, sibling) }
      : { before: nodeHash(sibling, below.before), after: nodeHash(sibling, below.after) };
  };
  const roots = both(0, now.size, true);
  return (
    left.length === 0 && roots !== undefined && roots.before.equals(old.root) && roots.after.equals(now.root)
  );
}
