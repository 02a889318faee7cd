import { HASH_BYTES } from "../../tlog/hash.ts";
import { hashesOf, TILE } from "../../tlog/tiles.ts";
import { ACCESS_CODES } from "../event.ts";
import { FaultFound, fail } from "./fault.ts";
import type { KeptDigests } from "./ports.ts";
import type { TiledBundle } from "./read-bundle.ts";

type Entry = string | Buffer;

/**
 * Events, events about access (ACCESS_CODES), and values that are older than these times may be missing:
 * retention removes them. Left out: none may be missing.
 */
export interface Expired {
  readonly events: Date;
  readonly access: Date;
  readonly values: Date;
}

/**
 * Compares the hashes with the lowest tile. It shows which entry is wrong; the checkpoint shows only that one
 * of them is wrong.
 */
export function compareTile(
  index: number,
  hashes: readonly Buffer[],
  { tile, entries }: Pick<TiledBundle, "tile" | "entries">,
): void {
  if (Buffer.concat(hashes).equals(tile)) return;
  if (tile.length !== hashes.length * HASH_BYTES)
    fail(`the tile of entry ${index * TILE} has the wrong length`, { index: index * TILE });
  const stored = hashesOf(tile);
  const at = hashes.findIndex((hash, place) => !hash.equals(stored[place]!));
  fail(`entry ${index * TILE + at} does not match the hash in its tile`, {
    index: index * TILE + at,
    ...eventIn(entries[at]!),
  });
}

/** Retention removes these events earlier than others. */
const SHORT_LIVED: ReadonlySet<unknown> = new Set(ACCESS_CODES);

interface EntryMembers {
  readonly code?: unknown;
  readonly id?: unknown;
  readonly open?: unknown;
  readonly sealed?: unknown;
  readonly at?: unknown;
}

function membersOf(entry: Entry): EntryMembers {
  try {
    return JSON.parse(typeof entry === "string" ? entry : entry.toString()) as EntryMembers;
  } catch {
    return {};
  }
}

function eventIn(entry: Entry): { readonly event?: string } {
  const { id } = membersOf(entry);
  return typeof id === "string" ? { event: id } : {};
}

export function compareEvents(
  index: number,
  entries: readonly Entry[],
  events: readonly KeptDigests[],
  {
    counts,
    expired,
  }: {
    readonly counts: { compared: number; withoutValues: number; expired: number };
    readonly expired: Expired | undefined;
  },
): void {
  for (const [at, entry] of entries.entries()) {
    const place = index * TILE + at;
    const { id, code, open, sealed, at: time } = membersOf(entry);
    const kept = events[at];
    const where = () => ({ index: place, ...eventIn(entry) });
    if (kept === undefined || kept.id !== id)
      throw new FaultFound({ message: `entry ${place} belongs to another event`, ...where() });
    const isBefore = (limit: Date | undefined): boolean =>
      limit !== undefined && new Date(String(time)) < limit;
    if (kept.open === undefined) {
      if (!isBefore(expired?.events) && !(SHORT_LIVED.has(code) && isBefore(expired?.access)))
        fail(`the event of entry ${place} is missing`, where());
      counts.expired++;
      continue;
    }
    if (kept.open !== open) fail(`the event of entry ${place} was changed after it was sealed`, where());
    if (kept.sealed === undefined && sealed !== undefined) {
      if (!isBefore(expired?.values))
        fail(`the encrypted values of the event of entry ${place} are missing`, where());
      counts.withoutValues++;
    } else if (kept.sealed !== sealed)
      fail(
        `the encrypted values of the event of entry ${place} were changed after they were sealed`,
        where(),
      );
    counts.compared++;
  }
}
