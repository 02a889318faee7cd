import { parseCheckpoint, type SignedCheckpoint } from "../../tlog/checkpoint.ts";
import { FormatError } from "../../tlog/format-error.ts";
import { HASH_BYTES, leafHash } from "../../tlog/hash.ts";
import { isSignedBy, LOG_KEY, parseVerifierKey, type VerifierKey } from "../../tlog/note.ts";
import { cosignedBy, type Policy } from "../../tlog/policy.ts";
import { GrowingTree, hashesOf, TILE } from "../../tlog/tiles.ts";
import { ACCESS_CODES } from "../event.ts";
import type { Bundle, KeptDigests, KeptEvent } from "./ports.ts";
import { readAhead } from "./read-ahead.ts";

/*
 * Is the history what was signed? Everything is read once, front to back, a bundle at a time, so memory does not grow with the log. Entries are hashed and
 * compared with the tiles, the tree over them with the checkpoint and every anchor, and each event that is kept with its entry.
 */

/** Where a log is read from: the database, files, or an address. Undefined where there is no such part. */
export interface LogSource {
  checkpoint(): Promise<string | undefined>;
  keys(): Promise<readonly string[]>;
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /** Rejects with FormatError for what are none. */
  entries(index: number, width: number): Promise<readonly (string | Buffer)[] | undefined>;
  /** Undefined where events are not kept beside the log; then only the log itself is verified. */
  events(index: number, width: number): Promise<readonly KeptEvent[] | undefined>;
  /** Both, as far as they are compared. Rejects with FormatError. */
  bundle(index: number, width: number): Promise<Bundle | undefined>;
}

export interface VerifyOptions {
  /** Verifier keys that are trusted. Left out: those that the source itself names, which proves nothing against whoever has both. */
  readonly keys?: readonly VerifierKey[];
  readonly policy?: Policy;
  /** Checkpoints that were kept elsewhere. */
  readonly anchors?: readonly SignedCheckpoint[];
  /** What retention has taken away may be missing: events, those of access, and values that are older. Left out: nothing may. */
  readonly expired?: { readonly events: Date; readonly access: Date; readonly values: Date };
}

type Expired = NonNullable<VerifyOptions["expired"]>;

export interface Verified {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** Events compared with their entries; of them, whose values have expired; and those that have expired altogether. */
  readonly events: { readonly compared: number; readonly withoutValues: number; readonly expired: number };
  readonly witnesses: readonly string[];
  readonly anchors: number;
}

export interface Fault {
  readonly message: string;
  /** Of the first wrong entry, where there is one. */
  readonly index?: number;
  readonly event?: string;
}

export type Verdict = { readonly ok: true; readonly verified: Verified } | { readonly ok: false; readonly fault: Fault };

class Wrong extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

const wrong = (message: string, place: Omit<Fault, "message"> = {}): never => {
  throw new Wrong({ message, ...place });
};

export async function verifyLog(source: LogSource, options: VerifyOptions = {}): Promise<Verdict> {
  try {
    return { ok: true, verified: await verified(source, options) };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, fault: error.fault };
    if (error instanceof FormatError) return { ok: false, fault: { message: error.message } };
    throw error;
  }
}

async function verified(source: LogSource, { keys, policy, anchors = [], expired }: VerifyOptions): Promise<Verified> {
  const signed = parseCheckpoint((await source.checkpoint()) ?? wrong("there is no checkpoint"));
  const { origin, size, root } = signed;
  const trusted = keys ?? (policy && policy.logs.length > 0 ? policy.logs : (await source.keys()).map(parseVerifierKey));
  mustBeSigned(signed, trusted);
  const witnesses = policy ? mustBeWitnessed(signed, policy) : [];
  for (const anchor of anchors) {
    mustBeSigned(anchor, trusted, "an anchor");
    if (anchor.origin !== origin) wrong(`an anchor is of the log ${anchor.origin}, and this is ${origin}`);
    if (anchor.size > size) wrong(`the log has ${size} entries, and an anchor was signed with ${anchor.size}: its end is missing`);
  }

  const atSize = new Map<number, SignedCheckpoint[]>();
  for (const anchor of anchors) atSize.set(anchor.size, [...(atSize.get(anchor.size) ?? []), anchor]);
  const tree = new GrowingTree(0, new Map());
  const compared = { compared: 0, withoutValues: 0, expired: 0 };
  const anchored = (): void => {
    for (const { root: before } of atSize.get(tree.size) ?? [])
      if (!before.equals(tree.root()))
        wrong(`the first ${tree.size} entries are not those that an anchor was signed for; the log has ${size}`);
  };
  anchored();
  const bundles = readAhead(Math.ceil(size / TILE), (index) => readBundle(source, index, Math.min(TILE, size - index * TILE)));
  for await (const { index, width, entries, tile, kept } of bundles) {
    const hashes = entries.map(leafHash);
    compareTile(index, hashes, { tile, entries });
    if (kept) compareEvents(index, entries, kept, { counts: compared, expired });
    const cuts = [...atSize.keys()].filter((at) => at > tree.size && at <= tree.size + width).sort((a, b) => a - b);
    let done = 0;
    for (const cut of [...cuts, tree.size + width]) {
      const upTo = done + (cut - tree.size);
      await compareFull(source, tree.append(hashes.slice(done, upTo)), index);
      done = upTo;
      anchored();
    }
  }
  if (!tree.root().equals(root)) wrong(`the ${size} entries are not those that the checkpoint was signed for`);
  return { origin, size, root: root.toString("base64"), events: compared, witnesses, anchors: anchors.length };
}

function mustBeSigned({ origin, note }: SignedCheckpoint, trusted: readonly VerifierKey[], what = "the checkpoint"): void {
  const mine = trusted.filter(({ name, type }) => name === origin && type === LOG_KEY);
  if (mine.length === 0) wrong(`${what} is of the log ${origin}, and no key of that name is trusted`);
  // Every key that signed must have signed this.
  if (mine.filter((key) => isSignedBy(note, key)).length === 0) wrong(`${what} is not signed by a trusted key of ${origin}`);
}

function mustBeWitnessed({ note }: SignedCheckpoint, policy: Policy): readonly string[] {
  const names = cosignedBy(note, policy);
  if (!policy.isQuorum(names)) wrong(`the witnesses ${[...names].join(", ") || "(none)"} are no quorum of the policy`);
  return [...names];
}

type Entry = string | Buffer;

interface TiledBundle extends Bundle {
  readonly index: number;
  readonly width: number;
  readonly tile: Buffer;
}

async function readBundle(source: LogSource, index: number, width: number): Promise<TiledBundle> {
  const [bundle, tile] = await Promise.all([entriesOf(source, index, width), source.tile(0, index, width)]);
  return { ...bundle, index, width, tile: tile ?? wrong(`the tile of entry ${index * TILE} is missing`, { index: index * TILE }) };
}

async function entriesOf(source: LogSource, index: number, width: number): Promise<Bundle> {
  const first = index * TILE;
  let bundle: Bundle | undefined;
  try {
    bundle = await source.bundle(index, width);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return wrong(`the entries from ${first} on: ${error.message}`, { index: first });
  }
  if (!bundle) return wrong(`entries ${first} to ${first + width - 1} are missing`, { index: first });
  if (bundle.entries.length !== width)
    wrong(`there are ${bundle.entries.length} entries from ${first} on, and there should be ${width}`, { index: first });
  return bundle;
}

/** The lowest tile tells which entry is wrong, where the checkpoint only tells that one is. */
function compareTile(index: number, hashes: readonly Buffer[], { tile, entries }: Pick<TiledBundle, "tile" | "entries">): void {
  if (Buffer.concat(hashes).equals(tile)) return;
  if (tile.length !== hashes.length * HASH_BYTES) wrong(`the tile of entry ${index * TILE} has another length`, { index: index * TILE });
  const stored = hashesOf(tile);
  const at = hashes.findIndex((hash, place) => !hash.equals(stored[place]!));
  wrong(`entry ${index * TILE + at} is not the one in its tile`, { index: index * TILE + at, ...eventIn(entries[at]!) });
}

/** Tiles above the lowest that became full. */
async function compareFull(source: LogSource, tiles: ReturnType<GrowingTree["append"]>, index: number): Promise<void> {
  for (const { level, index: at, width, hashes } of tiles) {
    if (level === 0 || width < TILE) continue;
    const stored = await source.tile(level, at, width);
    if (!stored?.equals(hashes)) wrong(`tile ${at} of level ${level} is not that of its entries`, { index: index * TILE });
  }
}

/** Who looked and signed in is kept for a shorter time. */
const SHORTER: ReadonlySet<unknown> = new Set(ACCESS_CODES);

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

function compareEvents(
  index: number,
  entries: readonly Entry[],
  events: readonly KeptDigests[],
  {
    counts,
    expired,
  }: { readonly counts: { compared: number; withoutValues: number; expired: number }; readonly expired: Expired | undefined },
): void {
  for (const [at, entry] of entries.entries()) {
    const place = index * TILE + at;
    const { id, code, open, sealed, at: time } = membersOf(entry);
    const kept = events[at];
    const where = () => ({ index: place, ...eventIn(entry) });
    if (kept === undefined || kept.id !== id) throw new Wrong({ message: `the event of entry ${place} is another one`, ...where() });
    const isBefore = (limit: Date | undefined): boolean => limit !== undefined && new Date(String(time)) < limit;
    if (kept.open === undefined) {
      if (!isBefore(expired?.events) && !(SHORTER.has(code) && isBefore(expired?.access)))
        wrong(`the event of entry ${place} is missing`, where());
      counts.expired++;
      continue;
    }
    if (kept.open !== open) wrong(`the event of entry ${place} is not as it was sealed`, where());
    if (kept.sealed === undefined && sealed !== undefined) {
      if (!isBefore(expired?.values)) wrong(`the encrypted values of the event of entry ${place} are missing`, where());
      counts.withoutValues++;
    } else if (kept.sealed !== sealed) wrong(`the encrypted values of the event of entry ${place} are not as they were sealed`, where());
    counts.compared++;
  }
}
