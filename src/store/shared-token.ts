import type pg from "pg";
import type { SharedToken } from "../reconcile/target.ts";
import { inTransaction, run, type Statement } from "./postgres.ts";

const CURRENT: Statement = {
  name: "token-current",
  text: "select value, extract(epoch from expires_at - now())::float8 * 1000 as left_ms from shared_tokens where name = $1 and expires_at > now()",
};
const LOCK: Statement = { name: "token-lock", text: "select pg_advisory_xact_lock(hashtextextended('shared-token:' || $1::text, 0))" };
const PUT: Statement = {
  name: "token-put",
  text: `insert into shared_tokens (name, value, expires_at) values ($1, $2, now() + $3::float8 * interval '1 ms')
    on conflict (name) do update set value = excluded.value, expires_at = excluded.expires_at`,
};

/** A token is dropped this long before its end, so that none ends on the way (the official Python SDK does the same). */
const EARLY_MS = 5 * 60_000;
/** How long a process trusts what it read without asking the database again. */
const REMEMBER_MS = 30_000;

type Fetch = Parameters<SharedToken["get"]>[0];

/** One token for all processes: whoever finds none fetches it while the others wait for the lock and then read it. */
export function createSharedToken(pool: pg.Pool, name: string, monotonicMs: () => number): SharedToken {
  let asking: Promise<string> | undefined;
  let remembered: { readonly value: string; readonly until: number } | undefined;

  const remember = (value: string, leftMs: number): string => {
    remembered = { value, until: monotonicMs() + Math.min(leftMs, REMEMBER_MS) };
    return value;
  };

  async function current(rejected: string | undefined, fetch: Fetch): Promise<string> {
    const [row] = await run<{ value: string; left_ms: number }>(pool, CURRENT, [name]);
    if (row && row.value !== rejected) return remember(row.value, row.left_ms);
    return inTransaction(pool, async (client) => {
      await run(client, LOCK, [name]);
      const [fresh] = await run<{ value: string; left_ms: number }>(client, CURRENT, [name]);
      if (fresh && fresh.value !== rejected) return remember(fresh.value, fresh.left_ms);
      const { value, lifetimeMs } = await fetch();
      const keepMs = lifetimeMs - Math.min(EARLY_MS, lifetimeMs / 10);
      await run(client, PUT, [name, value, keepMs]);
      return remember(value, keepMs);
    });
  }

  return {
    async get(fetch, rejected) {
      if (remembered && remembered.until > monotonicMs() && remembered.value !== rejected) return remembered.value;
      // One of this process asks for all: each would hold a connection while it waits, and the one who fetches needs another for the limiter.
      asking ??= current(rejected, fetch).finally(() => {
        asking = undefined;
      });
      const value = await asking;
      return value === rejected ? current(rejected, fetch) : value;
    },
  };
}
