/*
 * The Merkle tree of RFC 6962, for a growing number of leaves. It stores at most one finished subtree of each
 * height.
 */

const digest = async (...parts: readonly Uint8Array[]): Promise<Uint8Array> => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
};

export const sha256 = (bytes: Uint8Array): Promise<Uint8Array> => digest(bytes);
export const leafHash = (entry: Uint8Array): Promise<Uint8Array> => digest(Uint8Array.of(0), entry);
const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Uint8Array> =>
  digest(Uint8Array.of(1), left, right);

export class Tree {
  size = 0;
  /** Height → finished subtree. Empty for a height whose binary digit of the size is 0. */
  readonly #finished: (Uint8Array | undefined)[] = [];

  async add(leaf: Uint8Array): Promise<void> {
    let hash = leaf;
    let height = 0;
    for (; this.#finished[height] !== undefined; height++) {
      hash = await nodeHash(this.#finished[height]!, hash);
      this.#finished[height] = undefined;
    }
    this.#finished[height] = hash;
    this.size++;
  }

  async root(): Promise<Uint8Array> {
    let root: Uint8Array | undefined;
    for (const hash of this.#finished) if (hash) root = root ? await nodeHash(hash, root) : hash;
    return root ?? digest();
  }
}
