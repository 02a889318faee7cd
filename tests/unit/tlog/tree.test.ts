import { createHash } from "node:crypto";
import { canonicalJson } from "../../../src/core/json/canonical-json.ts";
import { EMPTY_ROOT, leafHash } from "../../../src/tlog/hash.ts";
import { consistencyProof, inclusionProof, isConsistent, type ReadTile } from "../../../src/tlog/proofs.ts";
import { GrowingTree, parseTilePath, rightEdge, tilePath } from "../../../src/tlog/tiles.ts";
import { allTiles, rootFromInclusion } from "../../support/tlog.ts";

/* RFC 6962 section 2.1, with its definitions written down once more, recursively, as the reference. */

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
function reference(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256(Buffer.alloc(0));
  if (leaves.length === 1) return sha256(Buffer.concat([Buffer.of(0), leaves[0]!]));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.concat([Buffer.of(1), reference(leaves.slice(0, k)), reference(leaves.slice(k))]));
}

const leaves = Array.from({ length: 700 }, (_, at) => Buffer.from(`entry ${at}`));

/** A tree with all the tiles it has ever had. */
function grown(
  size: number,
  steps = [size],
): { readonly tree: GrowingTree; readonly read: ReadTile; readonly tiles: Map<string, Buffer> } {
  const tree = new GrowingTree(0, new Map());
  const tiles = new Map<string, Buffer>();
  for (const to of steps)
    for (const { level, index, hashes } of tree.append(leaves.slice(tree.size, to).map(leafHash)))
      tiles.set(`${level}/${index}`, hashes);
  return {
    tree,
    tiles,
    read: async (level, index, width) => tiles.get(`${level}/${index}`)!.subarray(0, width * 32),
  };
}

const SIZES = [0, 1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 513, 700];

test.each(SIZES)("the root over %i leaves is that of the RFC", (size) => {
  expect(grown(size).tree.root()).toEqual(reference(leaves.slice(0, size)));
});

test("an empty tree has the hash of nothing", () => expect(EMPTY_ROOT).toEqual(sha256(Buffer.alloc(0))));

test.each(SIZES)(
  "a tree taken up again at %i leaves from its right edge grows like one that never stopped",
  (size) => {
    const { tiles } = grown(size);
    const edge = new Map(rightEdge(size).map(({ level, index }) => [level, tiles.get(`${level}/${index}`)!]));
    const again = new GrowingTree(size, edge);
    expect(again.root()).toEqual(reference(leaves.slice(0, size)));
    again.append(leaves.slice(size, 700).map(leafHash));
    expect(again.root()).toEqual(reference(leaves));
  },
);

test("every tile of a size was written, whatever the steps it grew in", () => {
  const { tiles } = grown(700, [1, 2, 250, 256, 600, 700]);
  for (const { level, index, width } of allTiles(700))
    expect([level, index, tiles.get(`${level}/${index}`)?.length]).toEqual([level, index, width * 32]);
});

test.each([1, 2, 5, 256, 257, 600, 700])(
  "each leaf of %i is proven, and proves nothing else",
  async (size) => {
    const { read, tree } = grown(700);
    const root = reference(leaves.slice(0, size));
    for (const index of [0, 1, 2, 127, 255, 256, 511, size - 1].filter((at) => at < size)) {
      const proof = await inclusionProof(read, index, size);
      const leaf = leafHash(leaves[index]!);
      expect(rootFromInclusion(leaf, index, size, proof)).toEqual(root);
      expect(rootFromInclusion(leafHash("another"), index, size, proof)).not.toEqual(root);
      expect(rootFromInclusion(leaf, index, size, [...proof, leaf])).toBeUndefined();
      if (proof.length > 0) expect(rootFromInclusion(leaf, index, size, proof.slice(1))).not.toEqual(root);
      if (size > 1)
        expect(rootFromInclusion(leaf, (index + 1) % size, size, proof) ?? Buffer.alloc(0)).not.toEqual(root);
    }
    expect(tree.size).toBe(700);
  },
);

test("each size is the beginning of each larger one, and of no other tree", async () => {
  const { read } = grown(700);
  const at = (size: number) => ({ size, root: reference(leaves.slice(0, size)) });
  for (const old of SIZES)
    for (const size of SIZES.filter((each) => each >= old && each > 0)) {
      const proof = await consistencyProof(read, old, size);
      expect([old, size, isConsistent(at(old), at(size), proof)]).toEqual([old, size, true]);
      if (old > 0 && old < size) {
        const forked = { size: old, root: reference([...leaves.slice(0, old - 1), Buffer.from("forked")]) };
        expect([old, size, isConsistent(forked, at(size), proof)]).toEqual([old, size, false]);
        expect(isConsistent(at(old), { size, root: forked.root }, proof)).toBe(false);
        expect(isConsistent(at(old), at(size), proof.slice(1))).toBe(false);
      }
      if (old < size) expect(isConsistent(at(size), at(old), proof)).toBe(false);
    }
});

test.each<[number, number, string]>([
  [0, 256, "000"],
  [1_234_067, 256, "x001/x234/067"],
  [5, 8, "005.p/8"],
  [1_000, 1, "x001/000.p/1"],
])("tile %i of width %i is at %s", (index, width, path) => {
  expect(tilePath(index, width)).toBe(path);
  expect(parseTilePath(path)).toEqual({ index, width });
});

test.each([
  "",
  "0",
  "x000/001",
  "x001/67",
  "000.p/0",
  "000.p/256",
  "000.p/01",
  "000.p/",
  "../000",
  "x1/000",
  "000/001",
])("%s is no tile", (path) => {
  expect(parseTilePath(path)).toBeUndefined();
});

test.each<[string, Parameters<typeof canonicalJson>[0], string]>([
  [
    "members are sorted by UTF-16 units",
    { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, ö: 7 },
    '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  ],
  [
    "numbers are as ECMAScript writes them",
    [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0],
    "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
  ],
  ["texts have the shortest escapes", '\u20ac$\u000f\nA\'B"\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\"/"'],
  ["deep members too", { b: [{ d: null, c: true }], a: {} }, '{"a":{},"b":[{"c":true,"d":null}]}'],
])("canonical JSON: %s", (_name, value, text) => expect(canonicalJson(value)).toBe(text));
