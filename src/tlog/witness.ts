import type { KeyObject } from "node:crypto";
import { parseCheckpoint, type SignedCheckpoint } from "./checkpoint.ts";
import { FormatError } from "./format-error.ts";
import { HASH_BYTES } from "./hash.ts";
import { cosign, formatSignature, isSignedBy, LOG_KEY, type VerifierKey } from "./note.ts";
import { isConsistent } from "./proofs.ts";

/*
 * The protocol between a log and a witness (C2SP tlog-witness). A witness signs a checkpoint only if it
 * continues the last one that it signed. Pure.
 */

export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: SignedCheckpoint;
}

/** Size and root of the newest checkpoint that the witness has signed. */
export interface Seen {
  readonly size: number;
  readonly root: Buffer;
}

export type WitnessAnswer =
  | { readonly status: 200; readonly body: string; readonly seen: Seen }
  | { readonly status: 409; readonly body: string; readonly type?: "text/x.tlog.size" }
  | { readonly status: 400 | 403 | 404 | 422; readonly body: string };

const MOST_HASHES = 63;

export const formatAddCheckpoint = ({ old, proof, checkpoint }: AddCheckpoint): string =>
  `old ${old}\n${proof.map((hash) => `${hash.toString("base64")}\n`).join("")}\n${checkpoint.text}`;

/** Throws FormatError. */
function parseAddCheckpoint(text: string): AddCheckpoint {
  const blank = text.indexOf("\n\n");
  const [first = "", ...hashes] = text.slice(0, Math.max(0, blank)).split("\n");
  const old = /^old (0|[1-9]\d{0,14})$/.exec(first)?.[1];
  const proof = hashes.map((hash) => Buffer.from(hash, "base64"));
  if (
    old === undefined ||
    proof.length > MOST_HASHES ||
    proof.some((hash, at) => hash.length !== HASH_BYTES || hash.toString("base64") !== hashes[at])
  )
    throw new FormatError(
      "the request must have a line with the old size, lines with hashes, and a checkpoint",
    );
  return { old: Number(old), proof, checkpoint: parseCheckpoint(text.slice(blank + 2)) };
}

export interface WitnessDeps {
  /** Keys of the logs whose checkpoints this witness signs. */
  readonly logs: readonly VerifierKey[];
  readonly key: VerifierKey;
  readonly secret: KeyObject;
  /** Seconds since 1970. */
  readonly time: number;
}

/**
 * The answer to a request. `seen`: the newest signed checkpoint of the log of this origin; undefined before
 * the first. The caller must store the `seen` of an answer 200 before it sends the answer.
 */
export function answerCheckpoint(
  text: string,
  seen: (origin: string) => Seen | undefined,
  { logs, key, secret, time }: WitnessDeps,
): WitnessAnswer {
  let request: AddCheckpoint;
  try {
    request = parseAddCheckpoint(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { status: 400, body: `${error.message}\n` };
  }
  const { old, proof, checkpoint } = request;
  const mine = logs.filter(({ name, type }) => name === checkpoint.origin && type === LOG_KEY);
  if (mine.length === 0) return { status: 404, body: "this witness does not sign this log\n" };
  if (!isSigned(checkpoint, mine))
    return { status: 403, body: "no signature of a known key of this log is valid\n" };
  if (old > checkpoint.size) return { status: 400, body: "the old size is larger than the new size\n" };
  const last = seen(checkpoint.origin) ?? { size: 0, root: Buffer.alloc(0) };
  if (old !== last.size) return { status: 409, body: `${last.size}\n`, type: "text/x.tlog.size" };
  if (old === checkpoint.size && old > 0 && !last.root.equals(checkpoint.root))
    return { status: 409, body: "this witness has signed another root for this size\n" };
  if (old !== checkpoint.size && !isConsistent(last, checkpoint, proof))
    return { status: 422, body: "the new tree does not continue the old one\n" };
  const line = formatSignature(cosign(checkpoint.note.text, key, secret, time));
  return { status: 200, body: line, seen: { size: checkpoint.size, root: checkpoint.root } };
}

function isSigned({ note }: SignedCheckpoint, keys: readonly VerifierKey[]): boolean {
  return keys.some((key) => {
    try {
      return isSignedBy(note, key);
    } catch (error) {
      if (error instanceof FormatError) return false;
      throw error;
    }
  });
}
