import pg from "pg";
import { Unavailable, unreachable } from "../../core/errors.ts";
import { UniquenessConflict, UnstorableText } from "../../directory/errors.ts";
import { Connection } from "./connection.ts";
import { codeOf, endsConnection, failureOf } from "./failures.ts";

/* Runs statements and transactions, and translates database errors for the callers. */

export type Queryable = Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">;

/** A statement with a name is parsed and planned once for each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Runs a statement. After a conflict it is repeated, unless `db` is a connection in a transaction: then `inTransaction` repeats the whole transaction. */
export async function run<Row extends pg.QueryResultRow>(db: Queryable, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  const send = async (): Promise<Row[]> => {
    const result = await db.query<Row>({ name: statement.name, text: statement.text, values: values as unknown[] });
    return result.rows;
  };
  return db instanceof pg.Pool ? repeated(send) : send().catch(rethrow);
}

/** Time limits in a transaction. Its statements may change many rows (a group with all its people), and may wait for another transaction that does. */
const LIMITS = "set local statement_timeout = 10000; set local lock_timeout = 4000";

/**
 * Runs `work` in one transaction. If `work` rejects, the transaction is rolled back. After a conflict the whole transaction is repeated, so `work` may run several
 * times. `settings`: statements at its beginning, such as `set local`. They are sent together with `begin`.
 */
export const inTransaction = <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, settings = ""): Promise<T> =>
  repeated(() => once(pool, work, settings));

async function once<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, settings: string): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  setPatient(client, true);
  try {
    await client.query(`begin;${LIMITS};${settings}`);
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

/** Pools of tests may have connections of another class. */
function setPatient(client: pg.PoolClient, patient: boolean): void {
  if (client instanceof Connection) client.patient = patient;
}

/** Number of attempts after a deadlock, a serialisation failure (docs/threats.md F45), or a foreign key to a row that was deleted meanwhile. */
const MAX_ROUNDS = 3;

/**
 * A row refers to a row that existed when the statement began and was deleted since. Foreign keys are checked against the present rows. The next attempt finds that
 * the row is missing, and reports this. If the key is violated each time, it is a bug of ours.
 */
const FOREIGN_KEY_VIOLATION = "23503";
const isRepeatable = (error: unknown): boolean => failureOf(error) === "repeat" || codeOf(error) === FOREIGN_KEY_VIOLATION;

/** Repeats `work` after conflicts. Rejects with our own errors (toAppError). */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await work();
    } catch (error) {
      if (round === MAX_ROUNDS || !isRepeatable(causeOf(error))) return rethrow(error);
    }
  }
}

/** `run` rejects with a translated error, whose cause is the error of the server. */
const causeOf = (error: unknown): unknown => (error instanceof Unavailable ? error.cause : error);

function rethrow(error: unknown): never {
  throw toAppError(error);
}

const UNIQUE_VIOLATION = "23505";

const CONFLICTS: Readonly<Record<string, { readonly resource: "User" | "Group"; readonly attribute: string }>> = {
  users_user_name_key: { resource: "User", attribute: "userName" },
  groups_display_name_key: { resource: "Group", attribute: "displayName" },
};

/** Retry-after for an error that an operator must fix first. */
const REFUSED_AGAIN_MS = 30_000;

/** docs/threats.md F43. */
const DISK_FULL = "53100";

/** Translates an error of the driver for the callers. A bug of ours is returned unchanged. */
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

/** A byte sequence that is not valid UTF-8 or contains NUL; half a surrogate pair in JSON. */
const UNSTORABLE: ReadonlySet<string> = new Set(["22021", "22P05"]);

/** An error in the data that the client must correct. */
function mistakeOf(error: unknown): Error | undefined {
  const code = codeOf(error);
  if (code !== undefined && UNSTORABLE.has(code)) return new UnstorableText({ cause: error });
  if (code !== UNIQUE_VIOLATION) return undefined;
  const conflict = CONFLICTS[(error as pg.DatabaseError).constraint ?? ""];
  return conflict && new UniquenessConflict(conflict.resource, conflict.attribute);
}

const LOCK_NOT_AVAILABLE = "55P03";

/** True: a batch may have failed because of one item, which was refused or whose row is locked. False: the database is unavailable. */
export function isItemFailure(error: unknown): boolean {
  if (!(error instanceof Unavailable)) return true;
  return codeOf(error.cause) === LOCK_NOT_AVAILABLE || failureOf(error.cause) === "repeat";
}
