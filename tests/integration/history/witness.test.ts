import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen, openWitness, type Witness } from "../../../src/cli/history/witness.ts";
import { postText } from "../../../src/compose/history.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createWitnessing } from "../../../src/history/log/witnessing.ts";
import { newSecret } from "../../../src/keys/log-key.ts";
import { checkpointText, parseCheckpoint, type SignedCheckpoint } from "../../../src/tlog/checkpoint.ts";
import { leafHash } from "../../../src/tlog/hash.ts";
import {
  formatNote,
  isSignedBy,
  LOG_KEY,
  parseNote,
  parseSignature,
  signText,
  verifierKey,
} from "../../../src/tlog/note.ts";
import { cosignedBy, parsePolicy } from "../../../src/tlog/policy.ts";
import { consistencyProof, type ReadTile } from "../../../src/tlog/proofs.ts";
import { GrowingTree } from "../../../src/tlog/tiles.ts";
import { formatAddCheckpoint } from "../../../src/tlog/witness.ts";

/* The small witness that auditors run, over HTTP, and the log that asks it. */

const secret = createPrivateKey(newSecret());
const log = verifierKey("scim.example.com/history/1", LOG_KEY, createPublicKey(secret));

function grown(names: readonly string[]): { readonly signed: SignedCheckpoint; readonly read: ReadTile } {
  const tree = new GrowingTree(0, new Map());
  const tiles = new Map<string, Buffer>();
  for (const { level, index, hashes } of tree.append(names.map(leafHash)))
    tiles.set(`${level}/${index}`, hashes);
  const text = checkpointText({ origin: log.name, size: tree.size, root: tree.root() });
  const signed = parseCheckpoint(formatNote({ text, signatures: [signText(text, log, secret)] }));
  return {
    signed,
    read: async (level, index, width) => tiles.get(`${level}/${index}`)!.subarray(0, width * 32),
  };
}
const entries = (n: number, more: readonly string[] = []) => [
  ...Array.from({ length: n }, (_, at) => `entry ${at}`),
  ...more,
];

let folder: string;
let witness: Witness;
let server: Server;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "witness-"));
  await start({ name: "auditors.example.com/w", log: [log.text] });
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});
const path = () => join(folder, "witness.json");
async function start(options: Parameters<typeof openWitness>[1] = {}) {
  witness = openWitness(path(), options);
  server = await listen(witness, { host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const stop = () => new Promise((resolve) => server.close(resolve).closeAllConnections());

const post = (body: string) => postText(`${url}/add-checkpoint`, body);
async function add(old: number, names: readonly string[], proof?: readonly Buffer[]) {
  const { signed, read } = grown(names);
  return post(
    formatAddCheckpoint({
      old,
      proof: proof ?? (await consistencyProof(read, old, signed.size)),
      checkpoint: signed,
    }),
  );
}

test("it signs what continues the log, with its time, and remembers it over a restart", async () => {
  const first = await add(0, entries(3));
  expect(first.status).toBe(200);
  const { text } = grown(entries(3)).signed.note;
  expect(isSignedBy({ text, signatures: [parseSignature(first.body.trimEnd())] }, witness.key)).toBe(true);
  await stop();
  await start();
  expect(await add(0, entries(5))).toEqual({ status: 409, type: "text/x.tlog.size", body: "3\n" });
  expect((await add(3, entries(5))).status).toBe(200);
  // Nothing new: its time is.
  expect((await add(5, entries(5))).status).toBe(200);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path(), "utf8")).seen[log.name].size).toBe(5);
});

test.each<[string, () => Promise<{ readonly status: number }>, number]>([
  ["a shortened log", () => add(5, entries(4), []), 400],
  ["a shortened log that says nothing of it", () => add(4, entries(4)), 409],
  ["a rewritten log of the same size", () => add(5, entries(4, ["forged"])), 409],
  ["a rewritten log that has grown", () => add(5, entries(4, ["forged", "more", "and more"])), 422],
  ["a proof that is cut", () => add(5, entries(9), []), 422],
  [
    "an unknown log",
    async () => post((await request()).replaceAll("scim.example.com", "other.example.com")),
    404,
  ],
  [
    "a signature that is not valid",
    async () => post((await request()).replace(/(— \S+ )(.{20})/, "$1$2A")),
    400,
  ],
  [
    "another root under the old signature",
    async () => post((await request()).replace(/\n6\n.{4}/, "\n6\nAAAA")),
    403,
  ],
  ["nonsense", () => post("old 5\n"), 400],
  ["a size with a sign", async () => post((await request()).replace("old 5", "old +5")), 400],
])("it refuses %s and keeps what it has seen", async (_name, act, status) => {
  expect((await add(0, entries(5))).status).toBe(200);
  const before = readFileSync(path(), "utf8");
  expect((await act()).status).toBe(status);
  expect(readFileSync(path(), "utf8")).toBe(before);
});

const request = async () => {
  const { signed, read } = grown(entries(6));
  return formatAddCheckpoint({ old: 5, proof: await consistencyProof(read, 5, 6), checkpoint: signed });
};

test("a log asks its witnesses, publishes what a quorum has signed, and keeps back what one has not", async () => {
  const policy = parsePolicy(`log ${log.text}\nwitness W ${witness.key.text} ${url}\nquorum W\n`);
  let newest: { id: number; note: string } | undefined;
  const published: string[] = [];
  const ask = (names: readonly string[]) => {
    const { signed, read } = grown(names);
    newest = { id: names.length, note: signed.text };
    const store = {
      unpublished: async () => newest,
      publish: async (_id: number, note: string) => {
        published.push(note);
        newest = undefined;
      },
    };
    return createWitnessing({
      store,
      log: { tile: read },
      policy,
      post: postText,
      logger: silentLogger,
    }).ask();
  };
  expect(await ask(entries(3))).toBe(true);
  // Whoever does not know what was signed last is told.
  expect(await ask(entries(300))).toBe(true);
  expect(published).toHaveLength(2);
  for (const note of published) expect([...cosignedBy(parseNote(note), policy)]).toEqual(["W"]);
  expect(await ask(entries(299, ["forged"]))).toBe(false);
  expect(await ask(entries(200))).toBe(false);
  await stop();
  expect(await ask(entries(301))).toBe(false);
  expect(published).toHaveLength(2);
  await start();
});
