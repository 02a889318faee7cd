import { parseCheckpoint, type SignedCheckpoint } from "../../tlog/checkpoint.ts";
import { FormatError } from "../../tlog/format-error.ts";
import { leafHash } from "../../tlog/hash.ts";
import { isSignedBy, LOG_KEY, parseVerifierKey, type VerifierKey } from "../../tlog/note.ts";
import { cosignedBy, type Policy } from "../../tlog/policy.ts";
import { GrowingTree, TILE } from "../../tlog/tiles.ts";
import { compareEvents, compareTile, type Expired } from "./compare-entries.ts";
import { type Fault, FaultFound, fail } from "./fault.ts";
import type { LogSource } from "./log-source.ts";
import { readAhead } from "./read-ahead.ts";
import { readBundle } from "./read-bundle.ts";

/*
 * Verifies that the history is the one that was signed. It reads the log once, from the first entry to the
 * last, one bundle at a time. So memory does not grow with the log. It compares the hashes of the entries
 * with the tiles, the root of the tree with the checkpoint and with every anchor, and each stored event with
 * its entry.
 */

export interface VerifyOptions {
  /**
   * Verifier keys that are trusted. Without them the keys of the policy are trusted, or else those of the
   * source itself. The latter detect no change by a person who has both the log and its signing key.
   */
  readonly keys?: readonly VerifierKey[];
  readonly policy?: Policy;
  /** Checkpoints that were kept at another place. */
  readonly anchors?: readonly SignedCheckpoint[];
  readonly expired?: Expired;
}

export interface Verified {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /**
   * `compared`: events that match their entries. `withoutValues`: those of them whose values have expired.
   * `expired`: events that retention has removed.
   */
  readonly events: { readonly compared: number; readonly withoutValues: number; readonly expired: number };
  readonly witnesses: readonly string[];
  readonly anchors: number;
}

export type Verdict =
  | { readonly ok: true; readonly verified: Verified }
  | { readonly ok: false; readonly fault: Fault };

export async function verifyLog(source: LogSource, options: VerifyOptions = {}): Promise<Verdict> {
  try {
    return { ok: true, verified: await verified(source, options) };
  } catch (error) {
    if (error instanceof FaultFound) return { ok: false, fault: error.fault };
    if (error instanceof FormatError) return { ok: false, fault: { message: error.message } };
    throw error;
  }
}

async function verified(
  source: LogSource,
  { keys, policy, anchors = [], expired }: VerifyOptions,
): Promise<Verified> {
  const signed = parseCheckpoint((await source.checkpoint()) ?? fail("the log has no checkpoint"));
  const { origin, size, root } = signed;
  const trusted =
    keys ?? (policy && policy.logs.length > 0 ? policy.logs : (await source.keys()).map(parseVerifierKey));
  mustBeSigned(signed, trusted);
  const witnesses = policy ? mustBeWitnessed(signed, policy) : [];
  for (const anchor of anchors) {
    mustBeSigned(anchor, trusted, "an anchor");
    if (anchor.origin !== origin)
      fail(`an anchor belongs to the log ${anchor.origin}, but this log is ${origin}`);
    if (anchor.size > size)
      fail(`the log has ${size} entries, but an anchor covers ${anchor.size}: the end of the log is missing`);
  }

  const atSize = new Map<number, SignedCheckpoint[]>();
  for (const anchor of anchors) atSize.set(anchor.size, [...(atSize.get(anchor.size) ?? []), anchor]);
  const tree = new GrowingTree(0, new Map());
  const compared = { compared: 0, withoutValues: 0, expired: 0 };
  const compareAnchors = (): void => {
    for (const { root: before } of atSize.get(tree.size) ?? [])
      if (!before.equals(tree.root()))
        fail(`the first ${tree.size} of ${size} entries are not the entries that an anchor covers`);
  };
  compareAnchors();
  const bundles = readAhead(Math.ceil(size / TILE), (index) =>
    readBundle(source, index, Math.min(TILE, size - index * TILE)),
  );
  for await (const { index, width, entries, tile, kept } of bundles) {
    const hashes = entries.map(leafHash);
    compareTile(index, hashes, { tile, entries });
    if (kept) compareEvents(index, entries, kept, { counts: compared, expired });
    const cuts = [...atSize.keys()]
      .filter((at) => at > tree.size && at <= tree.size + width)
      .sort((a, b) => a - b);
    let done = 0;
    for (const cut of [...cuts, tree.size + width]) {
      const upTo = done + (cut - tree.size);
      await compareFull(source, tree.append(hashes.slice(done, upTo)), index);
      done = upTo;
      compareAnchors();
    }
  }
  if (!tree.root().equals(root)) fail(`the ${size} entries are not the entries that the checkpoint covers`);
  return {
    origin,
    size,
    root: root.toString("base64"),
    events: compared,
    witnesses,
    anchors: anchors.length,
  };
}

function mustBeSigned(
  { origin, note }: SignedCheckpoint,
  trusted: readonly VerifierKey[],
  what = "the checkpoint",
): void {
  const own = trusted.filter(({ name, type }) => name === origin && type === LOG_KEY);
  if (own.length === 0) fail(`${what} belongs to the log ${origin}, but no key of this name is trusted`);
  // `filter` checks every key, because a wrong signature of any key is a fault.
  if (own.filter((key) => isSignedBy(note, key)).length === 0)
    fail(`${what} is not signed by a trusted key of ${origin}`);
}

function mustBeWitnessed({ note }: SignedCheckpoint, policy: Policy): readonly string[] {
  const names = cosignedBy(note, policy);
  if (!policy.isQuorum(names))
    fail(
      `the checkpoint was signed by the witnesses ${[...names].join(", ") || "(none)"}: the policy asks for more`,
    );
  return [...names];
}

/** Compares the full tiles above the lowest level. */
async function compareFull(
  source: LogSource,
  tiles: ReturnType<GrowingTree["append"]>,
  index: number,
): Promise<void> {
  for (const { level, index: at, width, hashes } of tiles) {
    if (level === 0 || width < TILE) continue;
    const stored = await source.tile(level, at, width);
    if (!stored?.equals(hashes))
      fail(`tile ${at} of level ${level} does not match its entries`, { index: index * TILE });
  }
}
