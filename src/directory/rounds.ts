import { Unavailable } from "../core/errors.ts";

/** Attempts of an optimistic writer before the resource counts as too busy. */
const MAX_ROUNDS = 20;

/**
 * Repeats a round as long as it resolves with undefined: then another writer was faster. Rejects with
 * Unavailable if others are faster each time.
 */
export async function inRounds<T>(kind: "user" | "group", round: () => Promise<T | undefined>): Promise<T> {
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    const done = await round();
    if (done !== undefined) return done;
  }
  throw tooManyWriters(kind);
}

export const tooManyWriters = (kind: "user" | "group"): Unavailable =>
  new Unavailable(`too many concurrent writers change this ${kind}`, { retryAfterMs: 1_000 });
