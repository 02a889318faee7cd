import type pg from "pg";
import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { SharedToken } from "../../reconcile/target.ts";
import { run, type Statement } from "../postgres/statement.ts";

/*
 * One token for all processes. A process that finds no token takes the turn: a second row, which expires. It
 * fetches the token without a transaction or a connection, because DingTalk may take twenty seconds and the
 * process may end. Other processes wait for the token or for the end of the turn.
 */

const CURRENT: Statement = {
  name: "token-current",
  text: "select value, extract(epoch from expires_at - now())::float8 * 1000 as left_ms from shared_tokens where name = $1 and expires_at > now()",
};
const TAKE_TURN: Statement = {
  name: "token-take-turn",
  text: `insert into shared_tokens (name, value, expires_at) values ($1 || ':turn', $2, now() + $3::float8 * interval '1 ms')
    on conflict (name) do update set value = excluded.value, expires_at = excluded.expires_at where shared_tokens.expires_at <= now()
    returning name`,
};
const END_TURN: Statement = {
  name: "token-end-turn",
  text: "delete from shared_tokens where name = $1 || ':turn' and value = $2",
};
const PUT: Statement = {
  name: "token-put",
  text: `with ended as (delete from shared_tokens where name = $1 || ':turn' and value = $4)
    insert into shared_tokens (name, value, expires_at) values ($1, $2, now() + $3::float8 * interval '1 ms')
    on conflict (name) do update set value = excluded.value, expires_at = excluded.expires_at`,
};

/**
 * A token is not used in the last part of its life, so that it does not expire during a call (as in the
 * official Python SDK).
 */
const EARLY_MS = 5 * 60_000;
/** A process reuses a token this long without reading the database. */
const REMEMBER_MS = 30_000;
/** The turn expires after this time. It is longer than a fetch may take. */
const TURN_MS = 25_000;
const LOOK_MS = 100;

type Fetch = Parameters<SharedToken["get"]>[0];

export function createSharedToken(
  pool: pg.Pool,
  name: string,
  clock: Pick<Clock, "monotonicMs" | "now" | "sleep">,
): SharedToken {
  let asking: Promise<string> | undefined;
  let remembered: { readonly value: string; readonly until: number } | undefined;

  const remember = (value: string, leftMs: number): string => {
    remembered = { value, until: clock.monotonicMs() + Math.min(leftMs, REMEMBER_MS) };
    return value;
  };

  async function stored(rejected: string | undefined): Promise<string | undefined> {
    const [row] = await run<{ value: string; left_ms: number }>(pool, CURRENT, [name]);
    return row && row.value !== rejected ? remember(row.value, row.left_ms) : undefined;
  }

  async function current(rejected: string | undefined, fetch: Fetch): Promise<string> {
    const turn = uuidv7(clock.now().getTime());
    for (;;) {
      const found = await stored(rejected);
      if (found !== undefined) return found;
      const [mine] = await run(pool, TAKE_TURN, [name, turn, TURN_MS]);
      if (mine) return fetched(turn, rejected, fetch);
      await clock.sleep(LOOK_MS);
    }
  }

  async function fetched(turn: string, rejected: string | undefined, fetch: Fetch): Promise<string> {
    try {
      // Another process may have stored a token before this process got the turn.
      const found = await stored(rejected);
      if (found === undefined) {
        const { value, lifetimeMs } = await fetch();
        const keepMs = lifetimeMs - Math.min(EARLY_MS, lifetimeMs / 10);
        await run(pool, PUT, [name, value, keepMs, turn]);
        return remember(value, keepMs);
      }
      await run(pool, END_TURN, [name, turn]);
      return found;
    } catch (error) {
      // If the database is unavailable, the turn expires by its time.
      await run(pool, END_TURN, [name, turn]).catch(() => undefined);
      throw error;
    }
  }

  return {
    async get(fetch, rejected) {
      if (remembered && remembered.until > clock.monotonicMs() && remembered.value !== rejected)
        return remembered.value;
      // All calls of this process share one request.
      asking ??= current(rejected, fetch).finally(() => {
        asking = undefined;
      });
      const value = await asking;
      return value === rejected ? current(rejected, fetch) : value;
    },
  };
}
