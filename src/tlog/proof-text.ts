import { parseCheckpoint, type SignedCheckpoint } from "./checkpoint.ts";
import { FormatError } from "./format-error.ts";
import { HASH_BYTES } from "./hash.ts";

/* Proofs as texts (C2SP tlog-proof). They are checked without the network. `extra` is the entry, so the text contains the thing that it proves. */

const HEADER = "c2sp.org/tlog-proof@v1";

export interface EntryProof {
  readonly index: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: SignedCheckpoint;
  readonly entry: Buffer;
}

export const formatProof = ({ index, hashes, checkpoint, entry }: EntryProof): string =>
  [
    HEADER,
    `extra ${entry.toString("base64")}`,
    `index ${index}`,
    ...hashes.map((hash) => hash.toString("base64")),
    "",
    checkpoint.text,
  ].join("\n");

/** Throws FormatError. */
export function parseProof(text: string): EntryProof {
  const blank = text.indexOf("\n\n");
  const [header, extra = "", index = "", ...hashes] = text.slice(0, Math.max(0, blank)).split("\n");
  const entry = /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(extra)?.[1];
  const place = /^index (0|[1-9]\d{0,14})$/.exec(index)?.[1];
  const decoded = hashes.map((hash) => Buffer.from(hash, "base64"));
  if (header !== HEADER || entry === undefined || place === undefined || decoded.some((hash) => hash.length !== HASH_BYTES))
    throw new FormatError("a proof must have its header, the entry, the index and hashes");
  return { index: Number(place), hashes: decoded, entry: Buffer.from(entry, "base64"), checkpoint: parseCheckpoint(text.slice(blank + 2)) };
}
