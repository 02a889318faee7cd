import {
  BadForm,
  base64Of,
  bytesOf,
  type Checkpoint,
  entriesIn,
  hexOf,
  isSame,
  type LogKey,
  parseCheckpoint,
  parseKeys,
  TILE,
  tilePath,
} from "./format.ts";
import { leafHash, sha256, Tree } from "./tree.ts";

/*
 * Verifies in the browser that the history is the one that was signed. It reads the whole log from the
 * server, compares the root of the tree with the checkpoint and with every anchor, and compares each stored
 * event with its entry. It is the check of `dingtalk-scim history verify` without the witnesses.
 */

export interface LogSource {
  checkpoint(): Promise<string>;
  keys(): Promise<string>;
  entries(path: string): Promise<Uint8Array>;
  /** One line of JSON for each entry. */
  events(path: string): Promise<string>;
}

export interface VerifyOptions {
  /** Left out: the keys of the server are used. */
  readonly keys?: readonly LogKey[];
  /** Checkpoints that were kept at another place. */
  readonly anchors: readonly Checkpoint[];
  readonly onProgress: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

export interface Verified {
  /** The text of the checkpoint. */
  readonly checkpoint: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly compared: number;
  /** The number of compared events whose encrypted values are not stored any more. */
  readonly withoutValues: number;
  /** The number of events that are not stored any more. */
  readonly gone: number;
  readonly anchors: number;
}

export type FaultCode =
  | "noKey"
  | "signature"
  | "anchorSignature"
  | "otherLog"
  | "shortened"
  | "rewritten"
  | "form"
  | "count"
  | "root"
  | "event"
  | "values"
  | "otherEvent";

export interface Fault {
  readonly code: FaultCode;
  /** Index of the first wrong entry, from 0. */
  readonly index?: number;
  readonly event?: string;
}

export type Verdict =
  | { readonly ok: true; readonly verified: Verified }
  | { readonly ok: false; readonly fault: Fault };

class FaultFound extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.code);
    this.fault = fault;
  }
}

export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<Verdict> {
  try {
    return { ok: true, verified: await verified(source, options) };
  } catch (error) {
    if (error instanceof FaultFound) return { ok: false, fault: error.fault };
    if (error instanceof BadForm || error instanceof SyntaxError)
      return { ok: false, fault: { code: "form" } };
    throw error;
  }
}

async function verified(
  source: LogSource,
  { keys, anchors, onProgress, signal }: VerifyOptions,
): Promise<Verified> {
  const text = await source.checkpoint();
  const signed = parseCheckpoint(text);
  const trusted = keys ?? parseKeys(await source.keys());
  await mustBeSigned(signed, trusted, "signature");
  for (const anchor of anchors) {
    if (anchor.origin !== signed.origin) throw new FaultFound({ code: "otherLog" });
    await mustBeSigned(anchor, trusted, "anchorSignature");
    if (anchor.size > signed.size) throw new FaultFound({ code: "shortened" });
  }
  const tree = new Tree();
  const counts = { compared: 0, withoutValues: 0, gone: 0 };
  const compareAnchors = async (): Promise<void> => {
    for (const { size, root } of anchors)
      if (size === tree.size && !isSame(root, await tree.root())) throw new FaultFound({ code: "rewritten" });
  };
  await compareAnchors();
  for (let index = 0; index * TILE < signed.size; index++) {
    signal.throwIfAborted();
    const width = Math.min(TILE, signed.size - index * TILE);
    const path = tilePath(index, width);
    const [bundle, lines] = await Promise.all([source.entries(path), source.events(path)]);
    const entries = entriesIn(bundle);
    const events = lines.split("\n").filter((line) => line !== "");
    if (entries.length !== width || events.length !== width)
      throw new FaultFound({ code: "count", index: index * TILE });
    for (const [at, entry] of entries.entries()) {
      await compare(tree.size, entry, events[at]!, counts);
      await tree.add(await leafHash(entry));
      await compareAnchors();
    }
    onProgress(tree.size, signed.size);
  }
  if (!isSame(await tree.root(), signed.root)) throw new FaultFound({ code: "root" });
  const { origin, size, root } = signed;
  return { checkpoint: text, origin, size, root: base64Of(root), ...counts, anchors: anchors.length };
}

async function mustBeSigned(
  { origin, signed, signatures }: Checkpoint,
  trusted: readonly LogKey[],
  code: FaultCode,
): Promise<void> {
  const mine = trusted.filter(({ name }) => name === origin);
  if (mine.length === 0) throw new FaultFound({ code: "noKey" });
  let count = 0;
  for (const { name, id, bytes } of mine)
    for (const signature of signatures.filter((each) => each.name === name && each.id === id)) {
      // A wrong signature of any trusted key is a fault (C2SP signed-note), also beside a right one.
      if (!(await isSignedBy(bytes, signature.bytes, signed))) throw new FaultFound({ code });
      count++;
    }
  if (count === 0) throw new FaultFound({ code });
}

async function isSignedBy(key: Uint8Array, signature: Uint8Array, text: string): Promise<boolean> {
  const made = await crypto.subtle.importKey("raw", new Uint8Array(key), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", made, new Uint8Array(signature), new TextEncoder().encode(text));
}

interface Members {
  readonly id?: string;
  readonly open?: string;
  readonly sealed?: string;
}

async function compare(
  index: number,
  entry: Uint8Array,
  line: string,
  counts: { compared: number; withoutValues: number; gone: number },
): Promise<void> {
  const said = JSON.parse(new TextDecoder().decode(entry)) as Members;
  const kept = JSON.parse(line) as Members;
  const where = { index, ...(said.id === undefined ? {} : { event: said.id }) };
  if (kept.id !== said.id) throw new FaultFound({ code: "otherEvent", ...where });
  if (kept.open === undefined) {
    counts.gone++;
    return;
  }
  if (hexOf(await sha256(new TextEncoder().encode(kept.open))) !== said.open)
    throw new FaultFound({ code: "event", ...where });
  if (kept.sealed === undefined) {
    if (said.sealed !== undefined) counts.withoutValues++;
  } else if (hexOf(await sha256(bytesOf(kept.sealed))) !== said.sealed)
    throw new FaultFound({ code: "values", ...where });
  counts.compared++;
}
