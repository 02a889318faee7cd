import type pg from "pg";
import type { WorkerLife } from "../../reconcile/process/worker.ts";
import { inTransaction, run } from "../postgres/statement.ts";
import { FREE_ABANDONED, LOCK, RECHECK, REPAIR, WORKER_LOCKS } from "./abandoned-runs.ts";

/*
 * Which workers are alive, and what happens to the work of dead ones. A living worker has a session advisory
 * lock under its number. PostgreSQL releases the lock as soon as the process is gone, so nobody has to wait
 * for the end of a lease.
 */

/**
 * The state of this worker. `lost` is true from the loss of its lock until it has the lock again. Each loss
 * raises `term`.
 */
export interface Place {
  term: number;
  lost: boolean;
}

export function createLiveness(
  pool: pg.Pool,
  target: string,
  worker: number,
  { callLifeMs, place }: { readonly callLifeMs: number; readonly place: Place },
): Omit<WorkerLife, "expireHolds"> {
  let holder: pg.PoolClient | undefined;
  let suspects: readonly number[] = [];

  async function holdLock(): Promise<pg.PoolClient> {
    if (holder) return holder;
    const client = await pool.connect();
    client.on("error", (error) => loseLock(client, error));
    try {
      await run(client, LOCK, [WORKER_LOCKS, worker]);
    } catch (error) {
      client.release(true);
      throw error;
    }
    holder = client;
    place.lost = false;
    return client;
  }

  /**
   * The lock ends with the connection. Earlier runs send nothing any more. The next `keepAlive` takes the
   * lock again.
   */
  function loseLock(client: pg.PoolClient, error: unknown): void {
    if (holder !== client) return;
    holder = undefined;
    place.term += 1;
    place.lost = true;
    client.release(error instanceof Error ? error : true);
  }

  return {
    async keepAlive(leases) {
      const client = await holdLock();
      try {
        // Uses the connection that holds the lock, so a dead connection is noticed here.
        const [row] = await run<{ freed: number; suspects: number[] }>(client, FREE_ABANDONED, [
          worker,
          leases,
          suspects,
          callLifeMs,
        ]);
        suspects = row!.suspects;
        await run(client, RECHECK, [target]);
        return { freed: row!.freed, suspects: suspects.length };
      } catch (error) {
        loseLock(client, error);
        throw error;
      }
    },

    async repair() {
      // The statement reads all entities. In a transaction it has more time than alone.
      const [row] = await inTransaction(pool, (client) =>
        run<{ repaired: number }>(client, REPAIR, [target]),
      );
      return row!.repaired;
    },

    async close() {
      const client = holder;
      holder = undefined;
      client?.release(true);
    },
  };
}
