import type { Clock } from "../core/clock.ts";
import { Unavailable } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Pool } from "./postgres/pool.ts";
import { run, type Statement } from "./postgres/statement.ts";

/*
 * A replica for read-only views (DATABASE_READ_URL). No decision uses it, and nothing waits for it: if it is unavailable or too far behind, the primary is read.
 * How far behind is known by positions of the primary's log, not by times of the replica, which stand still where nothing is written.
 */

/** `used`: reads go there. `behind`: its lag is too large. `away`: it does not answer. `other`: it is not a replica of this database. */
export interface ReplicaState {
  readonly state: "used" | "behind" | "away" | "other";
  /** At most so far behind; unset while that is not known. */
  readonly lagMs?: number;
}

export interface Replica {
  readonly pool: Pool;
  state(): ReplicaState;
  /** It did not answer: it is left alone until the next look finds it well. */
  failed(error: unknown): void;
  /** May be called twice. */
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  readonly primary: Pool;
  /** Ended with the replica. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs?: number;
  readonly maxLagMs?: number;
}

const EVERY_MS = 2_000;
const MAX_LAG_MS = 10_000;
const MOST_MARKS = 100;

/** Any row that a database has from its first start on tells it from others. */
const OWN_SOURCE = "(select id from sources order by created_at, id limit 1) as source";
const PRIMARY: Statement = { name: "replica-primary", text: `select pg_current_wal_lsn()::text as position, ${OWN_SOURCE}` };
/** One that has become the primary is up to date. */
const REPLAYED: Statement = {
  name: "replica-replayed",
  text: `select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text as position, ${OWN_SOURCE}`,
};

interface Position {
  readonly position: string | null;
  readonly source: string | null;
}

/** Looks at it every two seconds until it is stopped. */
export function watchReplica({ primary, pool, clock, logger, everyMs = EVERY_MS, maxLagMs = MAX_LAG_MS }: ReplicaOptions): Replica {
  const stopping = new AbortController();
  /** Where the primary was at what time, the newest last. */
  let marks: readonly { readonly position: bigint; readonly atMs: number }[] = [];
  let current: ReplicaState = { state: "away" };
  let told: ReplicaState["state"] | undefined;

  function become(next: ReplicaState, error?: unknown): void {
    current = next;
    if (told === next.state) return;
    told = next.state;
    const lag = next.lagMs === undefined ? {} : { ageMs: Math.round(next.lagMs) };
    if (next.state === "used") logger.info({ part: "replica", ...lag }, "history and dashboard are read from DATABASE_READ_URL");
    else
      logger.warn(
        { part: "replica", state: next.state, ...lag, error },
        `${TEXTS[next.state]}; history and dashboard are read from the primary`,
      );
  }

  async function look(): Promise<void> {
    const [mark] = await run<Position & { position: string }>(primary, PRIMARY, []);
    if (!mark) return;
    const nowMs = clock.monotonicMs();
    marks = [...marks, { position: positionOf(mark.position), atMs: nowMs }].slice(-MOST_MARKS);
    const replayed = await run<Position & { position: string }>(pool, REPLAYED, []).then(
      ([row]) => row,
      (error: unknown) => become({ state: "away" }, error),
    );
    if (!replayed) return;
    if (replayed.source !== mark.source) return become({ state: "other" });
    const reached = replayed.position === null ? undefined : positionOf(replayed.position);
    const seen = reached === undefined ? undefined : marks.findLast(({ position }) => position <= reached);
    if (!seen) return become({ state: "behind" });
    const lagMs = clock.monotonicMs() - seen.atMs;
    become({ state: lagMs > maxLagMs ? "behind" : "used", lagMs });
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      // Failures of the primary are reported elsewhere.
      await look().catch((error: unknown) => logger.debug({ part: "replica", error }, "the position of the primary could not be read"));
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
    }
  }
  const watching = watch();
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopping.abort();
    await watching;
    await pool.end();
  }

  return {
    pool,
    state: () => current,
    failed: (error) => become({ state: "away" }, error),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

const TEXTS: Readonly<Record<Exclude<ReplicaState["state"], "used">, string>> = {
  behind: "the replica at DATABASE_READ_URL is too far behind",
  away: "the replica at DATABASE_READ_URL does not answer",
  other: "the database at DATABASE_READ_URL is no replica of the one at DATABASE_URL",
};

/** `16/B374D848`: two halves in hexadecimal. */
function positionOf(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * The same port, whose methods ask the replica while it is used, and else the primary. Only for ports that read. What the replica does not have is asked of the
 * primary: it may have been written a moment ago.
 */
export function readingFrom<Port extends object>(replica: Replica | undefined, primary: Pool, make: (pool: Pool) => Port): Port {
  const own = make(primary);
  if (!replica) return own;
  const other = make(replica.pool);
  const method = (name: keyof Port) => {
    // Ports are objects of functions.
    const [ask, askPrimary] = [other[name], own[name]] as unknown as readonly [Method, Method];
    return async (...values: readonly unknown[]): Promise<unknown> => {
      if (replica.state().state !== "used") return askPrimary(...values);
      try {
        return (await ask(...values)) ?? (await askPrimary(...values));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        replica.failed(error);
        return askPrimary(...values);
      }
    };
  };
  // Each method has the type of the one it stands for.
  return Object.fromEntries(Object.keys(own).map((name) => [name, method(name as keyof Port)])) as Port;
}

type Method = (...values: readonly unknown[]) => Promise<unknown>;
