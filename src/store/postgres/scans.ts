import type pg from "pg";
import { type Clock, systemClock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";
import { run, type Statement } from "./statement.ts";

/**
 * Statements that read a table from end to end, as a filter or an order that no index knows makes them: on few connections of their own and for a shorter
 * time than others, one of an owner at a time. However many a client asks for, it takes one connection and one processor, and nobody's look-ups wait for it
 * (measured with 24 times `emails.value co`, 45 terms, 10,000 people: docs/benchmarks.md).
 */
export interface Scans {
  /** `owner`: whose reading it is. Rejects with Unavailable when it takes too long, or when the owner's others do. */
  run<Row extends pg.QueryResultRow>(owner: string, statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** Connections, and with that owners that scan at the same time. */
export const SCANS_MAX = 3;
export const SCAN_TIMEOUT_MS = 5_000;
const WAIT_MS = 3_000;
const RETRY_AFTER_MS = 5_000;

export function createScans(pool: pg.Pool, clock: Pick<Clock, "sleep"> = systemClock): Scans {
  /** Owners with a running scan, and who waits for its end, in order. */
  const waiting = new Map<string, Set<() => void>>();

  function turnOf(owner: string): Promise<void> {
    const line = waiting.get(owner);
    if (!line) {
      waiting.set(owner, new Set());
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const go = () => {
        line.delete(go);
        over.abort();
        resolve();
      };
      const giveUp = () => {
        if (line.delete(go))
          reject(new Unavailable("other searches of this client that no index serves still run", { retryAfterMs: RETRY_AFTER_MS }));
      };
      line.add(go);
      clock.sleep(WAIT_MS, over.signal).then(giveUp, giveUp);
    });
  }

  function end(owner: string): void {
    const [next] = waiting.get(owner) ?? [];
    if (next) next();
    else waiting.delete(owner);
  }

  return {
    async run(owner, statement, values) {
      await turnOf(owner);
      try {
        return await run(pool, statement, values);
      } finally {
        end(owner);
      }
    },
  };
}
