import { EMPTY_ROOT, HASH_BYTES, nodeHash, treeHash } from "./hash.ts";

/* The Merkle tree in tiles of 256 hashes (C2SP tlog-tiles). */

export const TILE = 256;

export interface TilePlace {
  readonly level: number;
  readonly index: number;
  /** Number of hashes in the tile. A full tile has 256. */
  readonly width: number;
}

/** The path of a tile, as `x001/x234/067`. A partial tile also has its width: `067.p/8`. */
export function tilePath(index: number, width = TILE): string {
  const parts: string[] = [];
  for (let rest = index, last = true; last || rest > 0; rest = Math.floor(rest / 1000), last = false)
    parts.unshift(`${last ? "" : "x"}${String(rest % 1000).padStart(3, "0")}`);
  return `${parts.join("/")}${width === TILE ? "" : `.p/${width}`}`;
}

/** Undefined: this is not the path of a tile. */
export function parseTilePath(path: string): { readonly index: number; readonly width: number } | undefined {
  const match = /^((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) return undefined;
  const index = Number(`${(match[1] ?? "").replace(/[x/]/g, "")}${match[2]}`);
  const width = match[3] === undefined ? TILE : Number(match[3]);
  if (width > TILE || (match[3] !== undefined && width === TILE) || !Number.isSafeInteger(index))
    return undefined;
  // Each tile has only one path.
  return tilePath(index, width) === path ? { index, width } : undefined;
}

/** The number of hashes at a level of a tree of this size. */
const hashesAt = (size: number, level: number): number => Math.floor(size / TILE ** level);

/** True: a tree of this size has this tile with at least this width. */
export const isWithin = (size: number, { level, index, width }: TilePlace): boolean =>
  index * TILE + width <= hashesAt(size, level);

/** The partial tile of each level that has one, the lowest level first. */
export function rightEdge(size: number): readonly TilePlace[] {
  const places: TilePlace[] = [];
  for (let level = 0; hashesAt(size, level) > 0; level++) {
    const count = hashesAt(size, level);
    if (count % TILE > 0) places.push({ level, index: Math.floor(count / TILE), width: count % TILE });
  }
  return places;
}

export function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: tile.length / HASH_BYTES }, (_, at) =>
    tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** A tree that grows at its right edge. Only this edge is in memory: at most 255 hashes for each level. */
export class GrowingTree {
  size: number;
  readonly #levels: Buffer[][];

  /** `edge`: level → content of the tile that `rightEdge(size)` names. */
  constructor(size: number, edge: ReadonlyMap<number, Buffer>) {
    this.size = size;
    const height = Math.max(-1, ...edge.keys()) + 1;
    this.#levels = Array.from({ length: height }, (_, level) => hashesOf(edge.get(level) ?? Buffer.alloc(0)));
  }

  /**
   * Appends leaves. Returns the tiles that have changed: tiles that became full, which never change again,
   * and the right edge.
   */
  append(leaves: readonly Buffer[]): readonly (TilePlace & { readonly hashes: Buffer })[] {
    const full: (TilePlace & { readonly hashes: Buffer })[] = [];
    for (const leaf of leaves) {
      this.size++;
      this.#push(0, leaf, full);
    }
    const edge = rightEdge(this.size).map((place) => ({
      ...place,
      hashes: Buffer.concat(this.#levels[place.level]!),
    }));
    return [...full, ...edge];
  }

  #push(level: number, hash: Buffer, full: (TilePlace & { readonly hashes: Buffer })[]): void {
    this.#levels[level] ??= [];
    const hashes = this.#levels[level];
    hashes.push(hash);
    if (hashes.length < TILE) return;
    full.push({
      level,
      index: hashesAt(this.size, level + 1) - 1,
      width: TILE,
      hashes: Buffer.concat(hashes),
    });
    this.#levels[level] = [];
    this.#push(level + 1, treeHash(hashes), full);
  }

  /**
   * Combines subtrees from the right to the left. A level is a row of subtrees of the same height. The
   * subtrees of the level below are to the right of it.
   */
  root(): Buffer {
    let root: Buffer | undefined;
    for (const hashes of this.#levels) {
      for (let end = hashes.length; end > 0; ) {
        const width = end & -end;
        const peak = treeHash(hashes.slice(end - width, end));
        root = root ? nodeHash(peak, root) : peak;
        end -= width;
      }
    }
    return root ?? EMPTY_ROOT;
  }
}
