import pg from "pg";
import { systemClock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { Connection, type ConnectionConfig } from "./connection.ts";
import { codeOf } from "./failures.ts";
import { instantOf } from "./instants.ts";
import { createScans, SCAN_TIMEOUT_MS, SCANS_MAX, type Scans } from "./scans.ts";

/*
 * The one pool every room's storage shares (Prisma too). JSON columns arrive as text: finished documents are answered as they are, without a parse.
 * Measured on 2 cores (express + one indexed read / one insert with commit): pg 6,500 / 3,050 requests/s, Prisma client 2,770 / 1,610, an interactive
 * Prisma transaction 717. Hence named prepared statements for the hot paths, one statement each, and Prisma for everything else.
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
  /** A function where the server may come back at another address. */
  readonly url: string | (() => string);
  readonly max: number;
  readonly logger: Logger;
}

type SessionSettings = Readonly<Record<string, string>>;

/**
 * Tables are read by key: a page out of order costs hardly more than the next one, and no statement is worth compiling. What is committed is on disk when it is
 * acknowledged, whatever the server's default is: with `off`, a crash took 11 of 12 acknowledged writes.
 */
const SESSION: SessionSettings = {
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  datestyle: "ISO",
  synchronous_commit: "on",
  // A process that is frozen in the middle of one would keep its rows from all the others for as long.
  idle_in_transaction_session_timeout: "10000",
};

/**
 * Bounds (docs/threats.md T11, F41, F44). Whatever the database does, who asks gets an answer within five seconds: a wait for a connection and then one statement, or a
 * wait for a lock and then another one alone (batch.ts). The server ends a statement that it works on; a server that says nothing is given up a little later.
 */
const CONNECT_MS = 2_000;
const LOCK_MS = 2_000;
const STATEMENT_MS = 2_500;
const ANSWER_MS = 2_700;
/** Of a statement in a transaction, which the server is told to end after ten seconds (statement.ts). */
const PATIENT_ANSWER_MS = 11_000;
/** Users of one session take turns: their waiting time says nothing about the server. */
const TURN_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;
/** A server that stays read-only must not be connected to anew by every write. */
const RENEW_MS = 1_000;
/** Connections that are not returned at the end are closed after this time. */
const END_MS = 2_000;

const ALONG_INDEXES: SessionSettings = { enable_seqscan: "off", enable_hashjoin: "off", enable_mergejoin: "off", enable_sort: "off" };

/** Connections at most beside the pool's own. Look-ups and the loop's statements share themselves, so they have few on their way; the queue has three. */
const ALONG_INDEXES_MAX = 8;
const RELAXED_MAX = 4;
/** A scan takes one processor, whatever the planner thinks of several. */
const SCANNING: SessionSettings = { max_parallel_workers_per_gather: "0", statement_timeout: `${SCAN_TIMEOUT_MS}` };

/** Connections for requests and whatever has no needs of its own. Beside them are sessions of three other kinds, opened when first used and ended with these. */
export class Pool extends pg.Pool {
  /**
   * Whose statements are planned along indexes, and in their order. For those that fetch rows by key: a prepared one is planned once for a connection,
   * perhaps while the tables are empty, and would then go on reading them from end to end while they grow (measured in a first load of 3,000 people: 32 a
   * second with such plans). Without sorts what is asked for in the order of an index is read in it, and only as far as needed.
   */
  readonly byKey: pg.Pool;
  /** Whose commits do not wait for the disk: for what may be forgotten in a crash of the database. */
  readonly asyncCommit: pg.Pool;
  /** For statements that no index serves. */
  readonly scans: Scans;
  private readonly scanning: pg.Pool;
  readonly #options: PoolOptions;
  readonly #sessions = new Set<pg.Pool>();
  /** Of all of them. */
  readonly #open = new Set<Connection>();
  #renewedMs = Number.NEGATIVE_INFINITY;

  constructor(options: PoolOptions) {
    super(configOf(options, {}));
    const beside = (most: number, settings: SessionSettings): pg.Pool =>
      this.#watch(new pg.Pool(configOf({ ...options, max: Math.min(options.max, most) }, settings)), options.logger);
    this.byKey = beside(ALONG_INDEXES_MAX, ALONG_INDEXES);
    this.asyncCommit = beside(RELAXED_MAX, { synchronous_commit: "off" });
    this.scanning = beside(SCANS_MAX, SCANNING);
    this.scans = createScans(this.scanning);
    this.#watch(this, options.logger);
    this.#options = options;
  }

  /** One session of its own, planned along indexes, that lives until it is ended: for what is kept in temporary tables. */
  session(settings: SessionSettings): pg.Pool {
    const config = configOf({ ...this.#options, max: 1 }, { ...ALONG_INDEXES, ...settings });
    const session = this.#watch(new pg.Pool({ ...config, idleTimeoutMillis: 0, connectionTimeoutMillis: TURN_MS }), this.#options.logger);
    for (const ended of this.#sessions) if (ended.ending) this.#sessions.delete(ended);
    this.#sessions.add(session);
    return session;
  }

  /** Leaves every connection for a new one: they lead to a server that is not the right one any more. What is under way ends first. */
  renew(): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#renewedMs < RENEW_MS) return;
    this.#renewedMs = nowMs;
    for (const connection of this.#open) {
      connection.retired = true;
      if (!connection.lent) connection.destroy(new Error("the server takes no writes"));
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
    // An idle connection that breaks is replaced on the next use; without a listener it would end the process.
    pool.on("error", (error) => {
      // `end` does not wait for the last goodbyes: the server may be gone before them.
      if (!pool.ending) logger.warn({ code: codeOf(error) }, "an idle database connection was lost");
    });
    pool.on("connect", (client) => {
      // The same for a connection that breaks while it is lent out: its query fails and is reported there.
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
      // The pool keeps none that is ending.
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
    // A peer that is gone without a word shows on connections that only listen.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    answerTimeoutMs: ANSWER_MS,
    patientTimeoutMs: PATIENT_ANSWER_MS,
    // Those with a longer bound of their own take long for good reasons.
    patient: more["statement_timeout"] !== undefined,
  };
  const Client = class extends Connection {
    constructor(given: ConnectionConfig) {
      super({ ...given, ...addressed(address(), settings) });
    }
  };
  // The pool makes its clients from its own options; its type knows of classes without parameters only.
  return { ...config, Client: Client as unknown as new () => pg.Client } as pg.PoolConfig;
}

/** What an address says in `options` counts as well; the driver would let it replace ours. */
function addressed(url: string, settings: readonly string[]): Pick<pg.ClientConfig, "connectionString" | "options"> {
  const [, before = "", given = ""] = /^([^?]*\?(?:.*&)?)options=([^&#]*)/.exec(url) ?? [];
  const connectionString = before === "" ? url : url.replace(`options=${given}`, "");
  return { connectionString, options: [decodeURIComponent(given.replaceAll("+", " ")), ...settings].join(" ").trim() };
}
