import { FormatError } from "../../tlog/format-error.ts";
import { TILE } from "../../tlog/tiles.ts";
import { fail } from "./fault.ts";
import type { LogSource } from "./log-source.ts";
import type { Bundle } from "./ports.ts";

/** Entries with the lowest tile of the same place, which has their hashes. */
export interface TiledBundle extends Bundle {
  readonly index: number;
  readonly width: number;
  readonly tile: Buffer;
}

export async function readBundle(source: LogSource, index: number, width: number): Promise<TiledBundle> {
  const [bundle, tile] = await Promise.all([entriesOf(source, index, width), source.tile(0, index, width)]);
  return {
    ...bundle,
    index,
    width,
    tile: tile ?? fail(`the tile of entry ${index * TILE} is missing`, { index: index * TILE }),
  };
}

async function entriesOf(source: LogSource, index: number, width: number): Promise<Bundle> {
  const first = index * TILE;
  let bundle: Bundle | undefined;
  try {
    bundle = await source.bundle(index, width);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return fail(`the entries from entry ${first} on cannot be read: ${error.message}`, { index: first });
  }
  if (!bundle) return fail(`entries ${first} to ${first + width - 1} are missing`, { index: first });
  if (bundle.entries.length !== width)
    fail(`the bundle from entry ${first} on has ${bundle.entries.length} entries instead of ${width}`, {
      index: first,
    });
  return bundle;
}
