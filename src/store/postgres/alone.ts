import type pg from "pg";
import { run, type Statement } from "./statement.ts";

/** A session-level advisory lock. */
export interface SessionLock {
  readonly number: number;
  /** The instance of the lock, such as the target. Unset: there is only one. */
  readonly of?: string;
}

const TRY_LOCK: Statement = {
  name: "alone-lock",
  text: "select pg_try_advisory_lock($1::int, coalesce(hashtext($2::text), 0)) as mine",
};
const UNLOCK: Statement = {
  name: "alone-unlock",
  text: "select pg_advisory_unlock($1::int, coalesce(hashtext($2::text), 0))",
};

/**
 * Runs `work` in one process at a time, with the connection that has the lock, and answers its result.
 * Undefined: another process has the lock; it does not wait. PostgreSQL frees the lock if the process ends.
 */
export async function alone<Made>(
  pool: pg.Pool,
  { number, of }: SessionLock,
  work: (client: pg.PoolClient) => Promise<Made>,
): Promise<{ readonly made: Made } | undefined> {
  const client = await pool.connect();
  const key = [number, of ?? null];
  let broken = true;
  try {
    const [row] = await run<{ mine: boolean }>(client, TRY_LOCK, key);
    let answer: { readonly made: Made } | undefined;
    if (row!.mine) {
      answer = { made: await work(client) };
      await run(client, UNLOCK, key);
    }
    broken = false;
    return answer;
  } finally {
    // Closing a broken connection frees the lock.
    client.release(broken);
  }
}
