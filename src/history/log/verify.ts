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
 * Verifies that the history is the one that was signed. It reads the log once, from the first entry to the last, one bundle at a time. So memory does not grow
 * with the log. It compares the hashes of the entries with the tiles, the root of the tree with the checkpoint and with every anchor, and each stored event with
 * its entry.
 */

/** The place where a log is read: the database, files, or an address. Its functions answer undefined if the part does not exist. */
export interface LogSource {
  checkpoint(): Promise<string | undefined>;
  keys(): Promise<readonly string[]>;
  tile(level: number, index: number, width: number): Promise<Buffer | undefined>;
  /** `width` entries, from entry 256 × `index` on. Rejects with FormatError if the content is not a bundle of entries. */
  entries(index: number, width: number): Promise<readonly (string | Buffer)[] | undefined>;
  /** The events of these entries. Undefined: this log is stored without events, and only the log itself is verified. */
  events(index: number, width: number): Promise<readonly KeptEvent[] | undefined>;
  /** The entries, and the digests of their events. Rejects with FormatError if the content is not a bundle of entries. */
  bundle(index: number, width: number): Promise<Bundle | undefined>;
}

export interface VerifyOptions {
  /**
   * Verifier keys that are trusted. Without them the keys of the policy are trusted, or else those of the source itself. The latter detect no change by a person
   * who has both the log and its signing key.
   */
  readonly keys?: readonly VerifierKey[];
  readonly policy?: Policy;
  /** Checkpoints that were kept at another place. */
  readonly anchors?: readonly SignedCheckpoint[];
  /** Events, events about access (ACCESS_CODES), and values that are older than these times may be missing: retention removes them. Left out: none may be missing. */
  readonly expired?: { readonly events: Date; readonly access: Date; readonly values: Date };
}

type Expired = NonNullable<VerifyOptions["expired"]>;

export interface Verified {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** `compared`: events that match their entries. `withoutValues`: those of them whose values have expired. `expired`: events that retention has removed. */
  readonly events: { readonly compared: number; readonly withoutValues: number; readonly expired: number };
  readonly witnesses: readonly string[];
  readonly anchors: number;
}

export interface Fault {
  readonly message: string;
  /** Index and event id of the first wrong entry, if the fault is in one entry. */
  readonly index?: number;
  readonly event?: string;
}

export type Verdict = { readonly ok: true; readonly verified: Verified } | { readonly ok: false; readonly fault: Fault };

class FaultFound extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

const fail = (message: string, place: Omit<Fault, "message"> = {}): never => {
  throw new FaultFound({ message, ...place });
};

export async function verifyLog(source: LogSource, options: VerifyOptions = {}): Promise<Verdict> {
  try {
    return { ok: true, verified: await verified(source, options) };
  } catch (error) {
    if (error instanceof FaultFound) return { ok: false, fault: error.fault };
    if (error instanceof FormatError) return { ok: false, fault: { message: error.message } };
    throw error;
  }
}

async function verified(source: LogSource, { keys, policy, anchors = [], expired }: VerifyOptions): Promise<Verified> {
  const signed = parseCheckpoint((await source.checkpoint()) ?? fail("the log has no checkpoint"));
  const { origin, size, root } = signed;
  const trusted = keys ?? (policy && policy.logs.length > 0 ? policy.logs : (await source.keys()).map(parseVerifierKey));
  mustBeSigned(signed, trusted);
  const witnesses = policy ? mustBeWitnessed(signed, policy) : [];
  for (const anchor of anchors) {
    mustBeSigned(anchor, trusted, "an anchor");
    if (anchor.origin !== origin) fail(`an anchor belongs to the log ${anchor.origin}, but this log is ${origin}`);
    if (anchor.size > size) fail(`the log has ${size} entries, but an anchor covers ${anchor.size}: the end of the log is missing`);
  }

  const atSize = new Map<number, SignedCheckpoint[]>();
  for (const anchor of anchors) atSize.set(anchor.size, [...(atSize.get(anchor.size) ?? []), anchor]);
  const tree = new GrowingTree(0, new Map());
  const compared = { compared: 0, withoutValues: 0, expired: 0 };
  const compareAnchors = (): void => {
    for (const { root: before } of atSize.get(tree.size) ?? [])
      if (!before.equals(tree.root())) fail(`the first ${tree.size} of ${size} entries are not the entries that an anchor covers`);
  };
  compareAnchors();
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
      compareAnchors();
    }
  }
  if (!tree.root().equals(root)) fail(`the ${size} entries are not the entries that the checkpoint covers`);
  return { origin, size, root: root.toString("base64"), events: compared, witnesses, anchors: anchors.length };
}

function mustBeSigned({ origin, note }: SignedCheckpoint, trusted: readonly VerifierKey[], what = "the checkpoint"): void {
  const own = trusted.filter(({ name, type }) => name === origin && type === LOG_KEY);
  if (own.length === 0) fail(`${what} belongs to the log ${origin}, but no key of this name is trusted`);
  // `filter` checks every key, because a wrong signature of any key is a fault.
  if (own.filter((key) => isSignedBy(note, key)).length === 0) fail(`${what} is not signed by a trusted key of ${origin}`);
}

function mustBeWitnessed({ note }: SignedCheckpoint, policy: Policy): readonly string[] {
  const names = cosignedBy(note, policy);
  if (!policy.isQuorum(names))
    fail(`the checkpoint was signed by the witnesses ${[...names].join(", ") || "(none)"}: the policy asks for more`);
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
  return { ...bundle, index, width, tile: tile ?? fail(`the tile of entry ${index * TILE} is missing`, { index: index * TILE }) };
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
    fail(`the bundle from entry ${first} on has ${bundle.entries.length} entries instead of ${width}`, { index: first });
  return bundle;
}

/** Compares the hashes with the lowest tile. It shows which entry is wrong; the checkpoint shows only that one of them is wrong. */
function compareTile(index: number, hashes: readonly Buffer[], { tile, entries }: Pick<TiledBundle, "tile" | "entries">): void {
  if (Buffer.concat(hashes).equals(tile)) return;
  if (tile.length !== hashes.length * HASH_BYTES) fail(`the tile of entry ${index * TILE} has the wrong length`, { index: index * TILE });
  const stored = hashesOf(tile);
  const at = hashes.findIndex((hash, place) => !hash.equals(stored[place]!));
  fail(`entry ${index * TILE + at} does not match the hash in its tile`, { index: index * TILE + at, ...eventIn(entries[at]!) });
}

/** Compares the full tiles above the lowest level. */
async function compareFull(source: LogSource, tiles: ReturnType<GrowingTree["append"]>, index: number): Promise<void> {
  for (const { level, index: at, width, hashes } of tiles) {
    if (level === 0 || width < TILE) continue;
    const stored = await source.tile(level, at, width);
    if (!stored?.equals(hashes)) fail(`tile ${at} of level ${level} does not match its entries`, { index: index * TILE });
  }
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
    if (kept === undefined || kept.id !== id) throw new FaultFound({ message: `entry ${place} belongs to another event`, ...where() });
    const isBefore = (limit: Date | undefined): boolean => limit !== undefined && new Date(String(time)) < limit;
    if (kept.open === undefined) {
      if (!isBefore(expired?.events) && !(SHORT_LIVED.has(code) && isBefore(expired?.access)))
        fail(`the event of entry ${place} is missing`, where());
      counts.expired++;
      continue;
    }
    if (kept.open !== open) fail(`the event of entry ${place} was changed after it was sealed`, where());
    if (kept.sealed === undefined && sealed !== undefined) {
      if (!isBefore(expired?.values)) fail(`the encrypted values of the event of entry ${place} are missing`, where());
      counts.withoutValues++;
    } else if (kept.sealed !== sealed)
      fail(`the encrypted values of the event of entry ${place} were changed after they were sealed`, where());
    counts.compared++;
  }
}
