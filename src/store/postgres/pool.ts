import pg from "pg";
import { systemClock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { Connection, type ConnectionConfig } from "./connection.ts";
import { codeOf } from "./failures.ts";
import { instantOf } from "./instants.ts";
import { createScans, SCAN_TIMEOUT_MS, SCANS_MAX, type Scans } from "./scans.ts";

/*
 * The pool that all storage of a process shares, also Prisma. JSON columns arrive as text, because stored
 * documents are sent without parsing. Measured on 2 cores (express + one indexed read / one insert with
 * commit): pg 6,500 / 3,050 requests/s, Prisma client 2,770 / 1,610, an interactive Prisma transaction 717.
 * So hot paths use one named prepared statement each, and Prisma does the rest of `store/access`.
 */

const { JSON: JSON_OID, INT8: INT8_OID, TIMESTAMPTZ: TIMESTAMPTZ_OID } = pg.types.builtins;

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === JSON_OID) return (text: string) => text;
    if (oid === INT8_OID) return Number;
    if (oid === TIMESTAMPTZ_OID && format !== "binary") return instantOf;
    return pg.types.getTypeParser(oid, format);
  },
};

export interface PoolOptions {
  /** A function if the address of the server may change. */
  readonly url: string | (() => string);
  readonly max: number;
  readonly logger: Logger;
}

type SessionSettings = Readonly<Record<string, string>>;

/**
 * Settings of each session. Tables are read by key, so a random page costs little more than the next page
 * (random_page_cost), and compiling a statement does not pay (jit). A commit must be on disk before it is
 * acknowledged, whatever the default of the server is: with `off`, a crash lost 11 of 12 acknowledged writes.
 */
const SESSION: SessionSettings = {
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  datestyle: "ISO",
  synchronous_commit: "on",
  // Ends the transaction of a frozen process. Otherwise its locks would block all others until it continues.
  idle_in_transaction_session_timeout: "10000",
};

/**
 * Time limits (docs/threats.md T11, F41, F44). Every caller gets an answer within five seconds, whatever the
 * database does. This is enough for a wait for a connection and a statement, or for a wait for a lock and a
 * second try alone (batch.ts). The server ends a statement at its limit. A silent server is given up a little
 * later.
 */
const CONNECT_MS = 2_000;
const LOCK_MS = 2_000;
const STATEMENT_MS = 2_500;
const ANSWER_MS = 2_700;
/** For statements in a transaction. The server ends them after ten seconds (statement.ts). */
const PATIENT_ANSWER_MS = 11_000;
/** Users of one session wait for each other. So this wait can be long although the server is fine. */
const TURN_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;
/** While a server stays read-only, connections are renewed at most this often. */
const RENEW_MS = 1_000;
/** Connections that are not returned at the end are closed after this time. */
const END_MS = 2_000;

const ALONG_INDEXES: SessionSettings = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_sort: "off",
};

/**
 * Limits of additional connections. Look-ups and statements of the loop are batched, so few of them run at
 * the same time. The queue has three connections.
 */
const ALONG_INDEXES_MAX = 8;
const RELAXED_MAX = 4;
/** A scan uses one processor: parallel workers are off. */
const SCANNING: SessionSettings = {
  max_parallel_workers_per_gather: "0",
  statement_timeout: `${SCAN_TIMEOUT_MS}`,
};

/**
 * The pool for ordinary statements. It has three further pools with other settings. Their connections are
 * opened on first use and end with this pool.
 */
export class Pool extends pg.Pool {
  /**
   * For statements that fetch rows by key: their plans must use indexes, also for the order. A prepared
   * statement is planned once for each connection. A plan from the time when the tables were empty would read
   * whole tables while they grow (measured in a first load of 3,000 people: 32 people a second with such
   * plans). Without sorts, rows in the order of an index are read in this order, and only as many as needed.
   */
  readonly byKey: pg.Pool;
  /** For data that may be lost in a crash of the database: a commit does not wait for the disk. */
  readonly asyncCommit: pg.Pool;
  /** For statements that no index serves. */
  readonly scans: Scans;
  private readonly scanning: pg.Pool;
  readonly #options: PoolOptions;
  readonly #sessions = new Set<pg.Pool>();
  /** Open connections of all pools. */
  readonly #open = new Set<Connection>();
  #renewedMs = Number.NEGATIVE_INFINITY;

  constructor(options: PoolOptions) {
    super(configOf(options, {}));
    const beside = (most: number, settings: SessionSettings): pg.Pool =>
      this.#watch(
        new pg.Pool(configOf({ ...options, max: Math.min(options.max, most) }, settings)),
        options.logger,
      );
    this.byKey = beside(ALONG_INDEXES_MAX, ALONG_INDEXES);
    this.asyncCommit = beside(RELAXED_MAX, { synchronous_commit: "off" });
    this.scanning = beside(SCANS_MAX, SCANNING);
    this.scans = createScans(this.scanning);
    this.#watch(this, options.logger);
    this.#options = options;
  }

  /** A pool with one session, planned as `byKey`, for temporary tables. The caller must end it. */
  session(settings: SessionSettings): pg.Pool {
    const config = configOf({ ...this.#options, max: 1 }, { ...ALONG_INDEXES, ...settings });
    const session = this.#watch(
      new pg.Pool({ ...config, idleTimeoutMillis: 0, connectionTimeoutMillis: TURN_MS }),
      this.#options.logger,
    );
    for (const ended of this.#sessions) if (ended.ending) this.#sessions.delete(ended);
    this.#sessions.add(session);
    return session;
  }

  /**
   * Replaces all connections, because they lead to a server that accepts no writes any more. Running
   * statements end first.
   */
  renew(): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#renewedMs < RENEW_MS) return;
    this.#renewedMs = nowMs;
    for (const connection of this.#open) {
      connection.retired = true;
      if (!connection.lent) connection.destroy(new Error("the server accepts no writes"));
    }
  }

  /** Waits briefly for running statements. Resolves even if a connection hangs or is not returned. */
  override async end(): Promise<void> {
    const pools = [
      super.end(),
      this.byKey.end(),
      this.asyncCommit.end(),
      this.scanning.end(),
      ...this.#leftOpen().map((each) => each.end()),
    ];
    const ended = Promise.all(pools);
    const late = new AbortController();
    const overdue = systemClock.sleep(END_MS, late.signal).then(() => this.#break());
    await Promise.race([ended, overdue.catch(() => undefined)]);
    late.abort();
  }

  #leftOpen(): readonly pg.Pool[] {
    return [...this.#sessions].filter((each) => !each.ending);
  }

  #break(): void {
    for (const connection of this.#open) connection.destroy(new Error("the pool has ended"));
  }

  #watch(pool: pg.Pool, logger: Logger): pg.Pool {
    // A broken idle connection is replaced on the next use. Without this listener its error would end the
    // process.
    pool.on("error", (error) => {
      // `end` does not wait until all connections are closed, and the server may stop before.
      if (!pool.ending) logger.warn({ code: codeOf(error) }, "an idle database connection was lost");
    });
    pool.on("connect", (client) => {
      // The same for a connection that breaks while it is checked out. Its query fails and reports the error.
      client.on("error", () => undefined);
      if (!(client instanceof Connection)) return;
      this.#open.add(client);
      client.onReadOnly = () => this.renew();
    });
    pool.on("acquire", (client) => {
      if (client instanceof Connection) client.lent = true;
    });
    pool.on("release", (_error, client) => {
      if (!(client instanceof Connection)) return;
      client.lent = false;
      // The pool does not keep a connection that is ending.
      if (client.retired) client.end().catch(() => undefined);
    });
    pool.on("remove", (client) => {
      if (client instanceof Connection) this.#open.delete(client);
    });
    return pool;
  }
}

export const createPool = (options: PoolOptions): Pool => new Pool(options);

function configOf({ url, max }: PoolOptions, more: SessionSettings): pg.PoolConfig {
  const address = typeof url === "string" ? () => url : url;
  const settings = Object.entries({ ...SESSION, ...more }).map(([name, value]) => `-c ${name}=${value}`);
  const config = {
    max,
    types,
    application_name: "dingtalk-scim",
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: Number(more["statement_timeout"] ?? STATEMENT_MS),
    lock_timeout: LOCK_MS,
    // TCP keep-alive detects a dead server on connections that only listen.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    answerTimeoutMs: ANSWER_MS,
    patientTimeoutMs: PATIENT_ANSWER_MS,
    // Pools with their own, longer limit have statements that may take long.
    patient: more["statement_timeout"] !== undefined,
  };
  const Client = class extends Connection {
    constructor(given: ConnectionConfig) {
      super({ ...given, ...addressed(address(), settings) });
    }
  };
  // The pool creates its clients with its own options. Its type allows only classes without parameters.
  return { ...config, Client: Client as unknown as new () => pg.Client } as pg.PoolConfig;
}

/** Joins `options` of the address with our settings. The driver would let the address replace them. */
function addressed(
  url: string,
  settings: readonly string[],
): Pick<pg.ClientConfig, "connectionString" | "options"> {
  const [, before = "", given = ""] = /^([^?]*\?(?:.*&)?)options=([^&#]*)/.exec(url) ?? [];
  const connectionString = before === "" ? url : url.replace(`options=${given}`, "");
  return {
    connectionString,
    options: [decodeURIComponent(given.replaceAll("+", " ")), ...settings].join(" ").trim(),
  };
}
