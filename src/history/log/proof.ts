import { parseCheckpoint } from "../../tlog/checkpoint.ts";
import { formatProof } from "../../tlog/proof-text.ts";
import { inclusionProof } from "../../tlog/proofs.ts";
import { TILE } from "../../tlog/tiles.ts";
import type { LogReader } from "./ports.ts";

/** The entry of an event with the way from it to the newest checkpoint (C2SP tlog-proof). Undefined: no such event, or not in the log yet. */
export async function proofOf(log: LogReader, event: string): Promise<string | undefined> {
  const note = await log.checkpoint();
  const index = await log.indexOf(event);
  if (note === undefined || index === undefined) return undefined;
  const checkpoint = parseCheckpoint(note);
  if (index >= checkpoint.size) return undefined;
  const entries = stored(await log.entries(Math.floor(index / TILE), (index % TILE) + 1));
  const read = async (level: number, at: number, width: number): Promise<Buffer> => stored(await log.tile(level, at, width));
  const hashes = await inclusionProof(read, index, checkpoint.size);
  return formatProof({ index, hashes, checkpoint, entry: Buffer.from(entries.at(-1)!) });
}

function stored<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the log has lost a part of itself");
  return part;
}
