import { hash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Verdict } from "./verdict.ts";

/** What this process remembers about tokens. */
export interface VerdictMemory {
  /** The verdict on a token. Valid tokens are looked up once a second at most. */
  verdictOn(token: string): Promise<Verdict>;
  /** Whether this token was valid within the last day. It may be invalid now. */
  wasValidRecently(token: string): boolean;
  /** Drops what is known about the token with this id. */
  forget(tokenId: string): void;
}

/**
 * How long a verified token is cached: the hot path needs no query, and a revocation by another process takes
 * effect after this time.
 */
const FRESH_MS = 1_000;
/**
 * How long a client counts as recently valid. Entra ID sends requests about every 40 minutes, and guesses
 * from the same address must not lock it out.
 */
const RECOGNISED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly verdict: Promise<Verdict>;
  readonly atMs: number;
  /** Set after a successful look-up. */
  tokenId?: string;
}

export function createVerdictMemory(
  verify: (token: string) => Promise<Verdict>,
  clock: Pick<Clock, "monotonicMs">,
): VerdictMemory {
  /** By SHA-256 of the text, so that the memory has no tokens. Oldest first. */
  const remembered = new Map<string, Remembered>();

  function remember(key: string, token: string): Promise<Verdict> {
    const entry: Remembered = { verdict: verify(token), atMs: clock.monotonicMs() };
    remembered.delete(key);
    remembered.set(key, entry);
    const oldest = remembered.keys().next().value;
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    // Only valid tokens stay cached, so that guesses do not replace them. Rejections reach the caller through
    // `verdict`.
    const drop = () => {
      if (remembered.get(key) === entry) remembered.delete(key);
    };
    entry.verdict.then((verdict) => {
      if (verdict.ok) entry.tokenId = verdict.actor.tokenId;
      else drop();
    }, drop);
    return entry.verdict;
  }

  const ageMs = (entry: Remembered | undefined): number =>
    entry ? clock.monotonicMs() - entry.atMs : Number.POSITIVE_INFINITY;

  return {
    async verdictOn(token) {
      const key = keyOf(token);
      const entry = remembered.get(key);
      // Concurrent requests share one look-up.
      return entry && ageMs(entry) < FRESH_MS ? entry.verdict : remember(key, token);
    },
    wasValidRecently(token) {
      const entry = remembered.get(keyOf(token));
      return entry?.tokenId !== undefined && ageMs(entry) < RECOGNISED_MS;
    },
    forget(tokenId) {
      // A running look-up may have read the row before its change, so unfinished look-ups are dropped too.
      for (const [key, entry] of remembered)
        if (entry.tokenId === tokenId || entry.tokenId === undefined) remembered.delete(key);
    },
  };
}

const keyOf = (token: string): string => hash("sha256", token, "base64");
