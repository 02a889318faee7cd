import pg from "pg";
import type { Logger } from "../core/logger.ts";
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
  readonly url: string;
  readonly max: number;
  readonly logger: Logger;
}

type SessionSettings = Readonly<Record<string, string>>;

/** Tables are read by key: a page out of order costs hardly more than the next one, and no statement is worth compiling. */
const SESSION: SessionSettings = { random_page_cost: "1.1", jit: "off", timezone: "UTC", datestyle: "ISO" };

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
  readonly alongIndexes: pg.Pool;
  /** Whose commits do not wait for the disk: for what may be forgotten in a crash of the database. */
  readonly relaxed: pg.Pool;
  /** For statements that no index serves. */
  readonly scans: Scans;
  private readonly scanning: pg.Pool;

  constructor(options: PoolOptions) {
    super(configOf(options, {}));
    const beside = (most: number, settings: SessionSettings): pg.Pool =>
      watched(new pg.Pool(configOf({ ...options, max: Math.min(options.max, most) }, settings)), options.logger);
    this.alongIndexes = beside(ALONG_INDEXES_MAX, ALONG_INDEXES);
    this.relaxed = beside(RELAXED_MAX, { synchronous_commit: "off" });
    this.scanning = beside(SCANS_MAX, SCANNING);
    this.scans = createScans(this.scanning);
    watched(this, options.logger);
  }

  override async end(): Promise<void> {
    await Promise.all([super.end(), this.alongIndexes.end(), this.relaxed.end(), this.scanning.end()]);
  }
}

export const createPool = (options: PoolOptions): Pool => new Pool(options);

function configOf({ url, max }: PoolOptions, more: SessionSettings): pg.PoolConfig {
  return {
    connectionString: url,
    max,
    types,
    application_name: "dingtalk-scim",
    options: Object.entries({ ...SESSION, ...more })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(" "),
    connectionTimeoutMillis: 3_000,
    // Bounds of one statement: nothing a client sends may hold a connection for longer (safety.md T11, F44).
    statement_timeout: Number(more["statement_timeout"] ?? 10_000),
    lock_timeout: 3_000,
  };
}

function watched(pool: pg.Pool, logger: Logger): pg.Pool {
  // An idle connection that breaks is replaced on the next use; without a listener it would end the process.
  pool.on("error", (error) => {
    // `end` does not wait for the last goodbyes: the server may be gone before them.
    if (!pool.ending) logger.warn({ code: (error as { code?: string }).code }, "an idle database connection broke");
  });
  // The same for a connection that breaks while it is lent out: its query fails and is reported there.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
