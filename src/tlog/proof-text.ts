import type { SignedCheckpoint } from "./checkpoint.ts";

/*
 * Proofs as texts (C2SP tlog-proof). They are checked without the network. `extra` is the entry, so the text
 * contains the thing that it proves.
 */

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
