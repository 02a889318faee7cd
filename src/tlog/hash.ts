import { hash } from "node:crypto";

/* The hashes of a Merkle tree (RFC 6962 section 2.1). */

export const HASH_BYTES = 32;

const LEAF = Buffer.of(0);
/** The prefix of a node and two hashes. The buffer is reused for every node. */
const pair = Buffer.alloc(1 + 2 * HASH_BYTES);
pair[0] = 1;

/**
 * Asks node:crypto for a binary string. A buffer of node:crypto has its own memory, and its allocation and
 * collection cost more than the hash of a node.
 */
const sha256 = (content: Buffer | string): Buffer => Buffer.from(hash("sha256", content, "binary"), "binary");

export const leafHash = (entry: Buffer | string): Buffer =>
  sha256(typeof entry === "string" ? `\0${entry}` : Buffer.concat([LEAF, entry]));

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(pair, 1);
  right.copy(pair, 1 + HASH_BYTES);
  return sha256(pair);
}

export const EMPTY_ROOT: Buffer = sha256("");

/**
 * The root over `hashes[from]` to `hashes[to - 1]`, at least one. Each is the hash of a subtree of the same
 * height.
 */
export function treeHash(hashes: readonly Buffer[], from = 0, to = hashes.length): Buffer {
  if (to - from === 1) return hashes[from]!;
  const split = from + splitOf(to - from);
  return nodeHash(treeHash(hashes, from, split), treeHash(hashes, split, to));
}

/** The largest power of two that is smaller than `size`. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
