import { createHash, createPublicKey, verify } from "node:crypto";

/*
 * A second verifier of the log, written only from the specifications (C2SP signed-note, tlog-checkpoint,
 * tlog-tiles; RFC 6962). It shares no code with the product, so the two do not have the same mistakes. It
 * reads the files of an export, and returns undefined, or the fault that it found.
 */

export type Files = ReadonlyMap<string, Buffer>;

export function independentlyWrong(
  files: Files,
  vkeys: readonly string[],
  anchors: readonly string[] = [],
): string | undefined {
  try {
    check(files, vkeys, anchors);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const fail = (message: string): never => {
  throw new Error(message);
};
const hash = (...parts: (Buffer | string)[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
const file = (files: Files, path: string): Buffer => files.get(path) ?? fail(`${path} is missing`);

interface Head {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

function head(text: string, vkeys: readonly string[]): Head {
  const match =
    /^((.+)\n(0|[1-9]\d*)\n([A-Za-z0-9+/]{43}=)\n(?:.+\n)*)\n((?:— \S+ [A-Za-z0-9+/=]+\n)+)$/.exec(text) ??
    fail("no checkpoint");
  const [, body = "", origin = "", size = "", root = "", lines = ""] = match;
  let valid = 0;
  for (const line of lines.trimEnd().split("\n")) {
    const [, name = "", encoded = ""] = line.split(" ");
    const bytes = Buffer.from(encoded, "base64");
    if (bytes.toString("base64") !== encoded) fail("a signature is not base64");
    for (const vkey of vkeys) {
      const [keyName = "", id = ""] = vkey.split("+");
      const key = Buffer.from(vkey.slice(keyName.length + id.length + 2), "base64");
      if (hash(`${keyName}\n`, key).subarray(0, 4).toString("hex") !== id || key[0] !== 1)
        fail("a key is wrong");
      if (keyName !== name || keyName !== origin || bytes.subarray(0, 4).toString("hex") !== id) continue;
      const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]);
      const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
      if (!verify(null, Buffer.from(body), publicKey, bytes.subarray(4))) fail("a signature is not valid");
      valid++;
    }
  }
  if (valid === 0) fail("nobody who is trusted has signed");
  if (Buffer.from(root, "base64").toString("base64") !== root) fail("the root is not base64");
  return { origin, size: Number(size), root: Buffer.from(root, "base64") };
}

/** The Merkle tree hash, as RFC 6962 section 2.1 defines it. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0]!;
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return hash(Buffer.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

function place(n: number, width: number): string {
  const groups = (
    n
      .toString()
      .padStart(Math.ceil(n.toString().length / 3) * 3, "0")
      .match(/.{3}/g) ?? []
  ).map((each) => each);
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return width === 256 ? path : `${path}.p/${width}`;
}

function check(files: Files, vkeys: readonly string[], anchors: readonly string[]): void {
  const { origin, size, root } = head(file(files, "checkpoint").toString(), vkeys);
  const leaves: Buffer[] = [];
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    const bundle = file(files, `tile/entries/${place(n, width)}`);
    const events = file(files, `events/${place(n, width)}`)
      .toString()
      .split("\n");
    if (events.pop() !== "" || events.length !== width)
      fail(`there are other events than entries from ${n * 256} on`);
    let at = 0;
    for (const line of events) {
      const length = bundle.readUInt16BE(at);
      const entry = bundle.subarray(at + 2, at + 2 + length);
      if (entry.length !== length) fail("a bundle is cut off");
      at += 2 + length;
      leaves.push(hash(Buffer.of(0), entry));
      compare(JSON.parse(entry.toString()), JSON.parse(line), leaves.length - 1);
    }
    if (at !== bundle.length) fail("a bundle has more than its entries");
  }
  for (let level = 0, row = leaves; row.length > 0; level++) {
    const above: Buffer[] = [];
    for (let n = 0; n * 256 < row.length; n++) {
      const part = row.slice(n * 256, n * 256 + 256);
      if (!file(files, `tile/${level}/${place(n, part.length)}`).equals(Buffer.concat(part)))
        fail(`tile ${n} of level ${level} is wrong`);
      if (part.length === 256) above.push(treeHash(part));
    }
    row = above;
  }
  if (!treeHash(leaves).equals(root)) fail("the entries are not those of the checkpoint");
  for (const text of anchors) {
    const anchor = head(text, vkeys);
    if (anchor.origin !== origin || anchor.size > size)
      fail(`${size} entries, and an anchor of ${anchor.size}`);
    if (!treeHash(leaves.slice(0, anchor.size)).equals(anchor.root))
      fail(`the first ${anchor.size} entries are not those of an anchor`);
  }
}

type Text = Readonly<Record<string, string>>;

function compare(entry: Text, event: Text, index: number): void {
  const names = Object.keys(event).sort().join(" ");
  if (names !== "id open sealed" && names !== "id open")
    fail(`the event of entry ${index} has other members`);
  if (event["id"] !== entry["id"]) fail(`the event of entry ${index} is another one`);
  if (hash(event["open"]!).toString("hex") !== entry["open"]) fail(`the event of entry ${index} was altered`);
  const sealed = event["sealed"];
  if ((sealed === undefined) !== (entry["sealed"] === undefined))
    fail(`the values of entry ${index} are missing, or were added`);
  if (sealed === undefined) return;
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.toString("base64") !== sealed || hash(bytes).toString("hex") !== entry["sealed"])
    fail(`the values of entry ${index} were altered`);
}
