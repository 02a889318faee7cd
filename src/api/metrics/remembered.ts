import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";

/** A cached value for scrapers. Undefined: it cannot be read. */
export type Reading<Value> = () => Promise<Value | undefined>;

export interface RememberedOptions<Value> {
  readonly read: () => Promise<Value>;
  /** For the log: "the figures of the loop". */
  readonly what: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The value comes from the database, so this cache makes its cost independent of the number of scrapers. */
const MAX_AGE_MS = 5_000;

/** Failures are not cached. */
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
