import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Clock } from "../core/clock.ts";

/** Requests of known clients. */
export interface ClientLimit {
  /** Takes one request; the milliseconds to wait when there is none to take, else 0. */
  take(client: string): number;
}

/** Attempts of somebody unknown. Taken before the attempt is judged, so that a hundred at once are not judged all. */
export interface AttemptLimit {
  /** Takes one attempt; the milliseconds to wait when there is none to take, else 0. */
  take(key: string): Promise<number>;
  /** The attempt was good after all: gives it back. */
  giveBack(key: string): Promise<void>;
}

export interface Limits {
  readonly perClient: ClientLimit;
  /** By address: requests without a token that we know. */
  readonly strangers: AttemptLimit;
  /** By address and client id: failures at the token endpoint. */
  readonly tokenFailures: AttemptLimit;
}

/** Per minute. Five failures of one client at the token endpoint are enough for a typing error (safety.md T5). */
const STRANGERS_PER_MINUTE = 300;
const TOKEN_FAILURES_PER_MINUTE = 5;

export function createLimits(ratePerClient: number, clock: Clock): Limits {
  return {
    perClient: createClientLimit(ratePerClient, clock),
    strangers: createAttemptLimit(STRANGERS_PER_MINUTE),
    tokenFailures: createAttemptLimit(TOKEN_FAILURES_PER_MINUTE),
  };
}

/**
 * A token bucket per client: `ratePerSecond` in the long run, twice that at once; 0 is no limit. Own arithmetic rather than the library's, which knows fixed
 * windows (its burst limiter lets more than the rate through for good), a timer per key and a promise per request. Keys are ids of
 * verified tokens, so the table cannot be filled from outside.
 */
export function createClientLimit(ratePerSecond: number, clock: Clock): ClientLimit {
  if (ratePerSecond === 0) return { take: () => 0 };
  const burst = 2 * ratePerSecond;
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(client) {
      const nowMs = clock.monotonicMs();
      let bucket = buckets.get(client);
      if (!bucket) {
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

/** In windows of a minute, kept by the library: it forgets a key when its window ends, which matters because strangers choose the keys. */
export function createAttemptLimit(perMinute: number): AttemptLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    async take(key) {
      try {
        await limiter.consume(key);
        return 0;
      } catch (refusal) {
        // The library rejects with its result when there is nothing left, and with an Error when it failed.
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
        throw refusal;
      }
    },
    async giveBack(key) {
      await limiter.reward(key);
    },
  };
}
