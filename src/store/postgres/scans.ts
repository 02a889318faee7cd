import type pg from "pg";
import { type Clock, systemClock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";
import { run, type Statement } from "./statement.ts";

/**
 * Runs statements that read whole tables, for filters and orders without an index. They have a few
 * connections of their own and their own time limit. An owner may run one at a time. So a client uses one
 * connection and one processor, however many searches it sends, and look-ups of others do not wait (measured
 * with 24 times `emails.value co`, 45 terms, 10,000 people: docs/benchmarks.md).
 */
export interface Scans {
  /**
   * `owner`: the client or the kind of list. Rejects with Unavailable if the statement, or an earlier one of
   * the owner, takes too long.
   */
  run<Row extends pg.QueryResultRow>(
    owner: string,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]>;
}

/** Number of connections, and so of owners that can scan at the same time. */
export const SCANS_MAX = 3;
export const SCAN_TIMEOUT_MS = 5_000;
const WAIT_MS = 3_000;
const RETRY_AFTER_MS = 5_000;

export function createScans(pool: pg.Pool, clock: Pick<Clock, "sleep"> = systemClock): Scans {
  /** Owner with a running scan → the calls that wait for its end, in order. */
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
          reject(
            new Unavailable("earlier slow searches of this client are still running", {
              retryAfterMs: RETRY_AFTER_MS,
            }),
          );
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
