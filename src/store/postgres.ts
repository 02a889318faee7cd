import pg from "pg";
import { Unavailable } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { UniquenessConflict } from "../directory/errors.ts";

/*
 * The one pool every room's storage shares (Prisma too). JSON columns arrive as text: finished documents are answered as they are, without a parse.
 * Measured on 2 cores (express + one indexed read / one insert with commit): pg 6,500 / 3,050 requests/s, Prisma client 2,770 / 1,610, an interactive
 * Prisma transaction 717. Hence named prepared statements here for the hot paths, one statement each, and Prisma for everything else.
 */

const JSON_OID = 114;
const INT8_OID = 20;
const TIMESTAMPTZ_OID = 1184;

const slowInstant = pg.types.getTypeParser(TIMESTAMPTZ_OID, "text") as (text: string) => Date;

/** `2026-11-21 22:40:00.123+00`: a session in UTC writes what is almost ISO 8601, which V8 reads several times faster than the driver's expression. */
export const instantOf = (text: string): Date =>
  text.endsWith("+00") && text.length >= 22 && text.length <= 29
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : slowInstant(text);

/** What `timestamptz(3)::text` is in a session in UTC, as RFC 3339 writes it. */
export const instantText = (text: string): string => `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, "0")}Z`;

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

export function createPool({ url, max, logger }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    application_name: "dingtalk-scim",
    // Tables are read by key: a page out of order costs hardly more than the next one, and no statement is worth compiling.
    options: "-c random_page_cost=1.1 -c jit=off -c timezone=UTC -c datestyle=ISO",
    connectionTimeoutMillis: 3_000,
    // Bounds of one statement: nothing a client sends may hold a connection for longer (safety.md T11, F44).
    statement_timeout: 10_000,
    lock_timeout: 3_000,
  });
  // An idle connection that breaks is replaced on the next use; without a listener it would end the process.
  pool.on("error", (error) => {
    // `end` does not wait for the last goodbyes: the server may be gone before them.
    if (!pool.ending) logger.warn({ code: (error as { code?: string }).code }, "an idle database connection broke");
  });
  // The same for a connection that breaks while it is lent out: its query fails and is reported there.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

export type Queryable = Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">;

/** A named statement is parsed and planned once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export async function run<Row extends pg.QueryResultRow>(db: Queryable, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  try {
    const result = await db.query<Row>({ name: statement.name, text: statement.text, values: values as unknown[] });
    return result.rows;
  } catch (error) {
    throw translated(error);
  }
}

/**
 * Runs `work` in one transaction on one connection; any rejection rolls back. Repeats on a deadlock or a serialisation failure, at most three times.
 * `settings`: statements that begin it, such as `set local`; they travel along with `begin`.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, settings = ""): Promise<T> {
  for (let round = 1; ; round++) {
    const client = await connect(pool);
    let broken: Error | undefined;
    try {
      await client.query(`begin;${settings}`);
      const value = await work(client);
      await client.query("commit");
      return value;
    } catch (error) {
      await client.query("rollback").catch((failure: Error) => {
        broken = failure;
      });
      // What `run` rejected with is translated already; the server's own code is then in its cause.
      const state = sqlState(error instanceof Unavailable ? error.cause : error);
      if (!REPEATABLE.has(state ?? "") || round === MAX_ROUNDS) throw translated(error);
    } finally {
      client.release(broken);
    }
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translated(error);
  }
}

/** How often a transaction is tried that met a deadlock or a serialisation failure (safety.md F45). */
const MAX_ROUNDS = 3;

const UNIQUE_VIOLATION = "23505";
/** Deadlock, serialisation failure. */
const REPEATABLE: ReadonlySet<string> = new Set(["40P01", "40001"]);
/** Connection, resource, operator intervention, system errors, lock and statement time-outs: not now, maybe soon. */
const UNAVAILABLE = /^(08|53|57|58|55P03|40P01|40001)/;
const NETWORK: ReadonlySet<string> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "ENOENT"]);

/** Whatever keeps an event from being stored, a constraint too, is no mistake of the client. */
const HISTORY = "history";

const CONFLICTS: Readonly<Record<string, { readonly resource: "User" | "Group"; readonly attribute: string }>> = {
  users_user_name_key: { resource: "User", attribute: "userName" },
  users_external_id_key: { resource: "User", attribute: "externalId" },
  groups_display_name_key: { resource: "Group", attribute: "displayName" },
  groups_external_id_key: { resource: "Group", attribute: "externalId" },
};

/**
 * Privilege missing, a trigger that raised, read-only: our statements do not ask for these, so the database is not as it was set up. Above all
 * a history that cannot be written refuses the write it would record (safety.md F65); the client tries again when an operator has mended it.
 */
const REFUSED_BY_DATABASE: ReadonlySet<string> = new Set(["42501", "P0001", "25006"]);

/** What a driver error means to the rooms that called; a bug of ours passes unchanged. */
export function translated(error: unknown): unknown {
  const code = sqlState(error);
  if (code === UNIQUE_VIOLATION) {
    const conflict = CONFLICTS[(error as pg.DatabaseError).constraint ?? ""];
    if (conflict) return new UniquenessConflict(conflict.resource, conflict.attribute);
  }
  if (code && (UNAVAILABLE.test(code) || NETWORK.has(code))) return new Unavailable("the database does not answer", { cause: error });
  if (code && (REFUSED_BY_DATABASE.has(code) || (error as pg.DatabaseError).table === HISTORY)) {
    return new Unavailable(`the database refuses a statement (${code})`, { cause: error, retryAfterMs: 30_000 });
  }
  if (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/i.test(error.message)
  ) {
    return new Unavailable("the database does not answer", { cause: error });
  }
  return error;
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Whether a statement for several may have failed because of one of them: one was refused, or its row is held by others. Not when the database is away. */
export function isOneItemsFault(error: unknown): boolean {
  if (!(error instanceof Unavailable)) return true;
  const state = sqlState(error.cause) ?? "";
  return state === LOCK_NOT_AVAILABLE || REPEATABLE.has(state);
}

function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
