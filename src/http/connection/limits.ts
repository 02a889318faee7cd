import type { Clock } from "../../core/clock.ts";
import { createTokenAttempts, type TokenAttempts } from "../auth/oauth/token-attempts.ts";
import { type AttemptLimit, createAttemptLimit } from "./attempt-limit.ts";
import { type ClientShare, createClientShare } from "./client-share.ts";

/** Requests of known clients. */
export interface ClientLimit {
  /** Takes one request. Returns the milliseconds to wait if there is none, otherwise 0. */
  take(client: string): number;
}

export interface Limits {
  readonly perClient: ClientLimit;
  /** By network: requests without a known token. */
  readonly unauthenticated: AttemptLimit;
  readonly tokenAttempts: TokenAttempts;
  /** Limit of requests that run at the same time. */
  readonly share: ClientShare;
}

/** Requests of unknown callers of one network. */
const UNKNOWN_CALLERS_PER_MINUTE = 300;

export interface LimitSettings {
  /** Requests a second of one client; 0 is no limit. */
  readonly ratePerClient: number;
  /** Requests of one client at the same time; 0 is no limit. */
  readonly concurrencyPerClient: number;
}

export function createLimits({ ratePerClient, concurrencyPerClient }: LimitSettings, clock: Clock): Limits {
  return {
    perClient: createClientLimit(ratePerClient, clock),
    unauthenticated: createAttemptLimit(UNKNOWN_CALLERS_PER_MINUTE, clock),
    tokenAttempts: createTokenAttempts(clock),
    share: createClientShare(clock, concurrencyPerClient),
  };
}

/**
 * Above this number full buckets are dropped, because they have no information. Only an installation with as
 * many busy clients reaches it.
 */
const MAX_BUCKETS = 10_000;

/**
 * A token bucket for each client: `ratePerSecond` on average, and a burst of twice that; 0 is no limit.
 * Libraries have fixed windows, which pass twice the rate around their ends, and keep a timer for each key.
 */
export function createClientLimit(ratePerSecond: number, clock: Pick<Clock, "monotonicMs">): ClientLimit {
  if (ratePerSecond === 0) return { take: () => 0 };
  const burst = 2 * ratePerSecond;
  /** By id of a verified token, least recent request first. */
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  function makeRoom(nowMs: number): void {
    for (const [client, { atMs }] of buckets) {
      if (buckets.size < MAX_BUCKETS && nowMs - atMs < (burst / ratePerSecond) * 1_000) return;
      buckets.delete(client);
    }
  }

  return {
    take(client) {
      const nowMs = clock.monotonicMs();
      let bucket = buckets.get(client);
      if (!bucket) {
        if (buckets.size >= MAX_BUCKETS) makeRoom(nowMs);
        bucket = { tokens: burst, atMs: nowMs };
        buckets.set(client, bucket);
      }
      bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * ratePerSecond);
      bucket.atMs = nowMs;
      if (bucket.tokens < 1) return ((1 - bucket.tokens) / ratePerSecond) * 1_000;
      bucket.tokens -= 1;
      return 0;
    },
  };
}
