import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { formatProof } from "../../tlog/proof-text.ts";
import { inclusionProof } from "../../tlog/proofs.ts";
import { TILE } from "../../tlog/tiles.ts";
import { type LogReader, required } from "./ports.ts";

/**
 * The proof that the newest checkpoint covers the entry of an event (C2SP tlog-proof). Undefined: there is no
 * such event, or the checkpoint does not cover it yet. Rejects with an Error if a part of the log is missing.
 */
export async function proofOf(log: LogReader, event: string): Promise<string | undefined> {
  const note = await log.checkpoint();
  const index = await log.indexOf(event);
  if (note === undefined || index === undefined) return undefined;
  const checkpoint = parseCheckpoint(note);
  if (index >= checkpoint.size) return undefined;
  const bundle = Math.floor(index / TILE);
  const entries = required(await log.entries(bundle, (index % TILE) + 1), `bundle ${bundle}`);
  const read = async (level: number, at: number, width: number): Promise<Buffer> =>
    required(await log.tile(level, at, width), `tile ${at} of level ${level}`);
  const hashes = await inclusionProof(read, index, checkpoint.size);
  return formatProof({ index, hashes, checkpoint, entry: Buffer.from(entries.at(-1)!) });
}
