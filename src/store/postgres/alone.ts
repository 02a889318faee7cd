import type pg from "pg";
import { run, type Statement } from "./statement.ts";

/** A session advisory lock of ours. */
export interface SessionLock {
  readonly number: number;
  /** Which of those with this number, e.g. the target; unset where there is one. */
  readonly of?: string;
}

const TRY_LOCK: Statement = { name: "alone-lock", text: "select pg_try_advisory_lock($1::int, coalesce(hashtext($2::text), 0)) as mine" };
const UNLOCK: Statement = { name: "alone-unlock", text: "select pg_advisory_unlock($1::int, coalesce(hashtext($2::text), 0))" };

/**
 * Does `work` in one process at a time, on the connection that has the lock, and answers what it came to; undefined, without waiting, while another process is at
 * it. PostgreSQL lets the lock go when the process is gone.
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
    // With the connection the lock goes.
    client.release(broken);
  }
}
