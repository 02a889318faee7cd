import pg from "pg";
import { Unavailable, unreachable } from "../../core/errors.ts";
import { UniquenessConflict, UnstorableText } from "../../directory/errors.ts";
import { Connection } from "./connection.ts";
import { codeOf, endsConnection, failureOf } from "./failures.ts";

/* How statements reach PostgreSQL, and what its errors mean to the rooms that asked. */

export type Queryable = Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">;

/** A named statement is parsed and planned once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A single statement is repeated after a conflict; within a transaction the whole transaction is repeated. */
export async function run<Row extends pg.QueryResultRow>(db: Queryable, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  const send = async (): Promise<Row[]> => {
    const result = await db.query<Row>({ name: statement.name, text: statement.text, values: values as unknown[] });
    return result.rows;
  };
  return db instanceof pg.Pool ? repeated(send) : send().catch(rethrow);
}

/** Statements of a transaction may move many rows (a group with all its people), and wait for another one that does. */
const BOUNDS = "set local statement_timeout = 10000; set local lock_timeout = 4000";

/**
 * Runs `work` in one transaction on one connection; any rejection rolls back. It is repeated as a whole after a conflict.
 * `settings`: statements that begin it, such as `set local`; they travel along with `begin`.
 */
export const inTransaction = <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, settings = ""): Promise<T> =>
  repeated(() => once(pool, work, settings));

async function once<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, settings: string): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  setPatient(client, true);
  try {
    await client.query(`begin;${BOUNDS};${settings}`);
    const value = await work(client);
    await client.query("commit");
    return value;
  } catch (error) {
    if (endsConnection(causeOf(error))) broken = error as Error;
    else {
      await client.query("rollback").catch((failure: Error) => {
        broken = failure;
      });
    }
    throw error;
  } finally {
    setPatient(client, false);
    client.release(broken);
  }
}

/** Pools of tests may have connections of the library's own kind. */
function setPatient(client: pg.PoolClient, patient: boolean): void {
  if (client instanceof Connection) client.patient = patient;
}

/** How often something is tried that met a deadlock or a serialisation failure (docs/threats.md F45), or a row that was deleted meanwhile. */
const MAX_ROUNDS = 3;

/**
 * What a row refers to was there when the statement began and is not any more: a foreign key is checked as of now. The next round sees that it is missing,
 * and says so. Where it is violated every time, it is a mistake of ours, and no trouble of the database.
 */
const FOREIGN_KEY_VIOLATION = "23503";
const isRepeatable = (error: unknown): boolean => failureOf(error) === "repeat" || codeOf(error) === FOREIGN_KEY_VIOLATION;

/** Rejects in our words. */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      if (round === MAX_ROUNDS || !isRepeatable(causeOf(error))) return rethrow(error);
    }
  }
}

/** What `run` rejected with is translated already; the server's own error is then its cause. */
const causeOf = (error: unknown): unknown => (error instanceof Unavailable ? error.cause : error);

function rethrow(error: unknown): never {
  throw toAppError(error);
}

const UNIQUE_VIOLATION = "23505";

const CONFLICTS: Readonly<Record<string, { readonly resource: "User" | "Group"; readonly attribute: string }>> = {
  users_user_name_key: { resource: "User", attribute: "userName" },
  groups_display_name_key: { resource: "Group", attribute: "displayName" },
};

/** An operator has to fix it first. */
const REFUSED_AGAIN_MS = 30_000;

/** docs/threats.md F43. */
const DISK_FULL = "53100";

/** What a driver error means to the rooms that called; a bug of ours passes unchanged. */
export function toAppError(error: unknown): unknown {
  const failure = failureOf(error);
  switch (failure) {
    case "repeat":
    case "busy":
      return new Unavailable("the database is busy", { cause: error });
    case "away":
      return new Unavailable(codeOf(error) === DISK_FULL ? "the disk of the database is full" : "the database does not answer", {
        cause: error,
      });
    case "refused":
      return new Unavailable(`the database refuses a statement (${codeOf(error)})`, { cause: error, retryAfterMs: REFUSED_AGAIN_MS });
    case "other":
      return mistakeOf(error) ?? error;
    default:
      return unreachable(failure);
  }
}

/** A byte sequence that is no UTF-8, among them NUL; half a surrogate pair in JSON. */
const UNSTORABLE: ReadonlySet<string> = new Set(["22021", "22P05"]);

/** Errors in the data that the client has to correct. */
function mistakeOf(error: unknown): Error | undefined {
  const code = codeOf(error);
  if (code !== undefined && UNSTORABLE.has(code)) return new UnstorableText({ cause: error });
  if (code !== UNIQUE_VIOLATION) return undefined;
  const conflict = CONFLICTS[(error as pg.DatabaseError).constraint ?? ""];
  return conflict && new UniquenessConflict(conflict.resource, conflict.attribute);
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Whether a statement for several may have failed because of one of them: one was refused, or its row is held by others. Not if the database is unavailable. */
export function isItemFailure(error: unknown): boolean {
  if (!(error instanceof Unavailable)) return true;
  return codeOf(error.cause) === LOCK_NOT_AVAILABLE || failureOf(error.cause) === "repeat";
}
