import type pg from "pg";
import type { ListeningPlace } from "../../../reconcile/hints/ports.ts";
import { run, type Statement } from "../../postgres/statement.ts";

/*
 * The place of the one process that listens to a target. It is a session advisory lock, which PostgreSQL
 * releases as soon as the process is gone.
 */

const TRY_LOCK: Statement = {
  name: "listening-lock",
  text: "select pg_try_advisory_lock(72707392, hashtext($1)) as mine",
};
const CHECK: Statement = { name: "listening-check", text: "select 1" };

/** Resolves undefined while another process has the place. */
export async function createPlace(pool: pg.Pool, target: string): Promise<ListeningPlace | undefined> {
  const lost = new AbortController();
  const client = await pool.connect();
  let released = false;
  /** Closing the connection releases the lock. */
  const release = (): void => {
    if (!released) client.release(true);
    released = true;
    lost.abort();
  };
  client.on("error", release);
  try {
    const [row] = await run<{ mine: boolean }>(client, TRY_LOCK, [target]);
    if (!row!.mine) {
      client.off("error", release);
      released = true;
      client.release();
      return undefined;
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    lost: lost.signal,
    async check() {
      if (released) return;
      try {
        await run(client, CHECK, []);
      } catch (error) {
        release();
        throw error;
      }
    },
    async leave() {
      release();
    },
  };
}
