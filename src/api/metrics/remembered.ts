import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

/** What somebody who scrapes is shown; undefined while it cannot be read. */
export type Reading<Value> = () => Promise<Value | undefined>;

export interface RememberedOptions<Value> {
  readonly read: () => Promise<Value>;
  /** For the log: "the figures of the loop". */
  readonly what: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Cached for this time: it comes from the database and does not depend on the number of scrapers. */
const MAX_AGE_MS = 5_000;

/** A failure is not remembered. */
export function remembered<Value>({ read, what, clock, logger }: RememberedOptions<Value>): Reading<Value> {
  let latest: { readonly atMs: number; readonly value: Promise<Value | undefined> } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (!latest || nowMs - latest.atMs > MAX_AGE_MS) {
      const value = read().catch((error: unknown) => {
        logger.warn({ check: "metrics", error }, `${what} cannot be read`);
        latest = undefined;
        return undefined;
      });
      latest = { atMs: nowMs, value };
    }
    return latest.value;
  };
}
