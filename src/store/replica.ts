import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import { Unavailable } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Pool } from "./postgres/pool.ts";
import { run, type Statement } from "./postgres/statement.ts";

/*
 * A replica for read-only views (DATABASE_READ_URL). No decision uses it, and nothing waits for it. If it is
 * unavailable or too far behind, the primary is read. The lag is measured by positions in the log of the
 * primary. Times of the replica would not do, because they stand still while nothing is written.
 */

/**
 * `used`: reads use the replica. `behind`: its lag is too large. `away`: it does not answer. `other`: it is
 * not a replica of this database.
 */
export interface ReplicaState {
  readonly state: "used" | "behind" | "away" | "other";
  /** Upper bound of the lag. Unset: unknown. */
  readonly lagMs?: number;
}

export interface Replica {
  readonly pool: Pool;
  state(): ReplicaState;
  /** Reports that the replica did not answer. It is not used until the next check succeeds. */
  failed(error: unknown): void;
  /** Ends the checks and the pool. It may be called twice. */
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  readonly primary: Pool;
  /** The pool of the replica. `stop` ends it. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs?: number;
  readonly maxLagMs?: number;
}

const EVERY_MS = 2_000;
const MAX_LAG_MS = 10_000;
const MOST_MARKS = 100;

/** Identifies a database by its first source, which every database has from its first start on. */
const OWN_SOURCE = "(select id from sources order by created_at, id limit 1) as source";
const PRIMARY: Statement = {
  name: "replica-primary",
  text: `select pg_current_wal_lsn()::text as position, ${OWN_SOURCE}`,
};
/** A replica that was promoted to primary has no lag, so its own write position counts. */
const REPLAYED: Statement = {
  name: "replica-replayed",
  text: `select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text as position, ${OWN_SOURCE}`,
};

interface Position {
  readonly position: string | null;
  readonly source: string | null;
}

/** Checks the replica every two seconds until it is stopped. */
export function watchReplica({
  primary,
  pool,
  clock,
  logger,
  everyMs = EVERY_MS,
  maxLagMs = MAX_LAG_MS,
}: ReplicaOptions): Replica {
  const stopping = new AbortController();
  /** Positions of the primary with their times, newest last. */
  let marks: readonly { readonly position: bigint; readonly atMs: number }[] = [];
  let current: ReplicaState = { state: "away" };
  let logged: ReplicaState["state"] | undefined;

  function become(next: ReplicaState, error?: unknown): void {
    current = next;
    if (logged === next.state) return;
    logged = next.state;
    const lag = next.lagMs === undefined ? {} : { ageMs: Math.round(next.lagMs) };
    if (next.state === "used")
      logger.info({ part: "replica", ...lag }, "history and dashboard are read from DATABASE_READ_URL");
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
      await look().catch((error: unknown) =>
        logger.debug({ part: "replica", error }, "the position of the primary could not be read"),
      );
      await sleepUnlessAborted(clock, everyMs, stopping.signal);
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
  other: "the database at DATABASE_READ_URL is not a replica of the database at DATABASE_URL",
};

/** Reads a position such as `16/B374D848`: two halves in hexadecimal. */
function positionOf(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * A port whose methods read from the replica while it is used, and otherwise from the primary. Only for ports
 * that read. If the replica answers undefined, the primary is asked too, because the row may be new.
 */
export function readingFrom<Port extends object>(
  replica: Replica | undefined,
  primary: Pool,
  make: (pool: Pool) => Port,
): Port {
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
  // The cast is safe: each method has the type of the method that it replaces.
  return Object.fromEntries(Object.keys(own).map((name) => [name, method(name as keyof Port)])) as Port;
}

type Method = (...values: readonly unknown[]) => Promise<unknown>;
