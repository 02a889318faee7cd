import type pg from "pg";
import { Unavailable } from "../core/errors.ts";
import { UniquenessConflict, UnstorableText } from "../directory/errors.ts";

/* How statements reach PostgreSQL, and what its errors mean to the rooms that asked. */

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
  groups_display_name_key: { resource: "Group", attribute: "displayName" },
};

/**
 * Privilege missing, a trigger that raised, read-only: our statements do not ask for these, so the database is not as it was set up. Above all
 * a history that cannot be written refuses the write it would record (safety.md F65); the client tries again when an operator has mended it.
 */
const REFUSED_BY_DATABASE: ReadonlySet<string> = new Set(["42501", "P0001", "25006"]);

/** A byte sequence that is no UTF-8, among them NUL; half a surrogate pair in JSON. */
const UNSTORABLE: ReadonlySet<string> = new Set(["22021", "22P05"]);

/** What a driver error means to the rooms that called; a bug of ours passes unchanged. */
export function translated(error: unknown): unknown {
  const code = sqlState(error);
  if (code && UNSTORABLE.has(code)) return new UnstorableText({ cause: error });
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
