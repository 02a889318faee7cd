import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { digestOf } from "../../../src/history/entry.ts";
import { entryBundle } from "../../../src/tlog/bundle.ts";
import { checkpointText } from "../../../src/tlog/checkpoint.ts";
import { leafHash } from "../../../src/tlog/hash.ts";
import { formatNote, LOG_KEY, signText, verifierKey } from "../../../src/tlog/note.ts";
import { GrowingTree, parseTilePath, TILE } from "../../../src/tlog/tiles.ts";
import {
  parseCheckpoint,
  parseCheckpoints,
  parseKeys,
  tilePath,
} from "../../../web/src/screens/verify/format.ts";
import { Tree } from "../../../web/src/screens/verify/tree.ts";
import { type LogSource, verifyLog } from "../../../web/src/screens/verify/verify.ts";

/*
 * What the page computes in a browser, against logs that the server's own code has made, and against what an
 * attacker would make of them.
 */

const ORIGIN = "scim.example.com/history/0123456789abcdef";

interface Signer {
  readonly secret: KeyObject;
  readonly text: string;
  sign(size: number, root: Buffer): string;
}

function signer(): Signer {
  const secret = createPrivateKey(
    generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }) as string,
  );
  const key = verifierKey(ORIGIN, LOG_KEY, secret);
  return {
    secret,
    text: key.text,
    sign(size, root) {
      const text = checkpointText({ origin: ORIGIN, size, root });
      return formatNote({ text, signatures: [signText(text, key, secret)] });
    },
  };
}

interface Row {
  readonly entry: string;
  readonly event: { readonly id: string; readonly open?: string; readonly sealed?: string };
}

function row(n: number): Row {
  const id = `event-${n}`;
  const open = `{"n":${n}}`;
  const sealed = n % 3 === 0 ? Buffer.from(`sealed ${n}`) : undefined;
  const entry = JSON.stringify({ id, open: digestOf(open), ...(sealed ? { sealed: digestOf(sealed) } : {}) });
  return { entry, event: { id, open, ...(sealed ? { sealed: sealed.toString("base64") } : {}) } };
}

const rootOf = (rows: readonly Row[]): Buffer => {
  const tree = new GrowingTree(0, new Map());
  tree.append(rows.map(({ entry }) => leafHash(Buffer.from(entry))));
  return tree.root();
};

function serve(rows: readonly Row[], checkpoint: string, keys: string): LogSource {
  const part = (path: string): readonly Row[] => {
    const { index, width } = parseTilePath(path)!;
    return rows.slice(index * TILE, index * TILE + width);
  };
  return {
    checkpoint: async () => checkpoint,
    keys: async () => `${keys}\n`,
    entries: async (path) => new Uint8Array(entryBundle(part(path).map(({ entry }) => entry))),
    events: async (path) =>
      part(path)
        .map(({ event }) => `${JSON.stringify(event)}\n`)
        .join(""),
  };
}

const options = { anchors: [], onProgress: () => undefined, signal: new AbortController().signal };
const ours = signer();
const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, n) => row(n));
const good = rowsOf(700);
const signed = (rows: readonly Row[], by: Signer = ours): string => by.sign(rows.length, rootOf(rows));
const anchorAt = (size: number): string => signed(good.slice(0, size));

const codeOf = async (source: LogSource, more: Partial<Parameters<typeof verifyLog>[1]> = {}) => {
  const verdict = await verifyLog(source, { ...options, ...more });
  return verdict.ok ? "verified" : verdict.fault;
};

test.each([0, 1, 2, 3, 255, 256, 257, 511, 512, 700])(
  "a log of %i entries is verified, with every earlier checkpoint",
  async (size) => {
    const rows = good.slice(0, size);
    const anchors = [0, 1, size >> 1, size]
      .filter((at) => at <= size)
      .map((at) => parseCheckpoint(anchorAt(at)));
    const verdict = await verifyLog(serve(rows, signed(rows), ours.text), { ...options, anchors });
    expect(verdict).toMatchObject({
      ok: true,
      verified: { origin: ORIGIN, size, compared: size, root: rootOf(rows).toString("base64") },
    });
  },
);

test("the root is that of the server's own tree at every size", async () => {
  const tree = new Tree();
  for (let size = 0; size <= 300; size++) {
    expect([size, Buffer.from(await tree.root()).toString("hex")]).toEqual([
      size,
      rootOf(good.slice(0, size)).toString("hex"),
    ]);
    await tree.add(new Uint8Array(leafHash(Buffer.from(good[size]!.entry))));
  }
});

const changed = (at: number, change: (row: Row) => Row): Row[] =>
  good.map((each, n) => (n === at ? change(each) : each));
const withEvent = (at: number, event: Partial<Row["event"]>): Row[] =>
  changed(at, (each) => ({ ...each, event: { ...each.event, ...event } }));
const stranger = signer();
const kept = [parseCheckpoint(anchorAt(400))];
const rewritten = [...good.slice(0, 300), row(9_999), ...good.slice(301)];

test.each<[string, () => LogSource, object, object | string]>([
  [
    "an altered event",
    () => serve(withEvent(301, { open: '{"n":0}' }), signed(good), ours.text),
    {},
    { code: "event", index: 301, event: "event-301" },
  ],
  [
    "replaced values",
    () => serve(withEvent(300, { sealed: "AAAA" }), signed(good), ours.text),
    {},
    { code: "values", index: 300 },
  ],
  [
    "values where there were none",
    () => serve(withEvent(301, { sealed: "AAAA" }), signed(good), ours.text),
    {},
    { code: "values", index: 301 },
  ],
  [
    "another event in its place",
    () => serve(withEvent(5, { id: "other" }), signed(good), ours.text),
    {},
    { code: "otherEvent", index: 5 },
  ],
  ["an entry altered with its event", () => serve(rewritten, signed(good), ours.text), {}, { code: "root" }],
  [
    "a dropped row",
    () => serve([...good.slice(0, 9), ...good.slice(10)], signed(good), ours.text),
    {},
    { code: "count" },
  ],
  [
    "the end cut off and signed anew, with an anchor",
    () => serve(good.slice(0, 399), anchorAt(399), ours.text),
    { anchors: kept },
    { code: "shortened" },
  ],
  [
    "everything signed anew with the stolen key, with an anchor",
    () => serve(rewritten, signed(rewritten), ours.text),
    { anchors: kept },
    { code: "rewritten" },
  ],
  [
    "another key, against the one that was kept",
    () => serve(good, signed(good, stranger), stranger.text),
    { keys: parseKeys(ours.text) },
    { code: "signature" },
  ],
  [
    "a key of another name",
    () => serve(good, signed(good), ours.text.replace("scim.", "other.")),
    {},
    { code: "noKey" },
  ],
  ["a checkpoint of nobody", () => serve(good, "nothing", ours.text), {}, { code: "form" }],
  [
    "a signature that was changed",
    () => serve(good, signed(good).replace("\n700\n", "\n699\n"), ours.text),
    {},
    { code: "signature" },
  ],
  [
    "a wrong signature of a trusted key beside a right one",
    () => {
      const other = signer();
      const wrong = signed(good.slice(0, 9), other).trimEnd().split("\n").at(-1);
      return serve(good, `${signed(good)}${wrong}\n`, `${ours.text}\n${other.text}`);
    },
    {},
    { code: "signature" },
  ],
  [
    "values that were erased",
    () =>
      serve(
        changed(300, ({ entry, event: { id, open } }) => ({ entry, event: { id, open: open! } })),
        signed(good),
        ours.text,
      ),
    {},
    "verified",
  ],
  [
    "an event that retention took",
    () =>
      serve(
        changed(301, ({ entry, event: { id } }) => ({ entry, event: { id } })),
        signed(good),
        ours.text,
      ),
    {},
    "verified",
  ],
])("%s", async (_name, source, more, expected) => {
  const found = await codeOf(source(), more);
  if (typeof expected === "string") expect(found).toBe(expected);
  else expect(found).toMatchObject(expected);
});

test("each byte of a small log is looked at", async () => {
  const rows = good.slice(0, 4);
  const source = serve(rows, signed(rows), ours.text);
  const bundle = await source.entries("000.p/4");
  for (let at = 0; at < bundle.length; at++) {
    const spoilt = Uint8Array.from(bundle);
    spoilt[at]! ^= 1;
    expect([at, await codeOf({ ...source, entries: async () => spoilt })]).not.toEqual([at, "verified"]);
  }
});

test("checkpoints are read one after another, as a file of anchors has them", () => {
  const text = [1, 300, 700].map(anchorAt).join("");
  expect(parseCheckpoints(text).map(({ size }) => size)).toEqual([1, 300, 700]);
  expect(parseCheckpoints(`${[1, 300].map(anchorAt).join("\n")}\n\n`).map(({ size }) => size)).toEqual([
    1, 300,
  ]);
});

test.each([0, 7, 999, 1_000, 1_234_067])("the path of tile %i is the server's", (index) => {
  expect([parseTilePath(tilePath(index, TILE)), parseTilePath(tilePath(index, 8))]).toEqual([
    { index, width: TILE },
    { index, width: 8 },
  ]);
});
