import pg from "pg";
import { Unavailable } from "../../core/errors.ts";
import { toAppError } from "./app-errors.ts";
import { Connection } from "./connection.ts";
import { codeOf, endsConnection, failureOf } from "./failures.ts";

/* Runs statements and transactions, and translates database errors for the callers. */

export type Queryable = Pick<pg.Pool, "query"> | Pick<pg.PoolClient, "query">;

/** A statement with a name is parsed and planned once for each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement. After a conflict it is repeated, unless `db` is a connection in a transaction: then
 * `inTransaction` repeats the whole transaction.
 */
export async function run<Row extends pg.QueryResultRow>(
  db: Queryable,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const send = async (): Promise<Row[]> => {
    const result = await db.query<Row>({
      name: statement.name,
      text: statement.text,
      values: values as unknown[],
    });
    return result.rows;
  };
  return db instanceof pg.Pool ? repeated(send) : send().catch(rethrow);
}

/**
 * Time limits in a transaction. Its statements may change many rows (a group with all its people), and may
 * wait for another transaction that does.
 */
const LIMITS = "set local statement_timeout = 10000; set local lock_timeout = 4000";

/**
 * Runs `work` in one transaction. If `work` rejects, the transaction is rolled back. After a conflict the
 * whole transaction is repeated, so `work` may run several times. `settings`: statements at its beginning,
 * such as `set local`. They are sent together with `begin`.
 */
export const inTransaction = <T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  settings = "",
): Promise<T> => repeated(() => once(pool, work, settings));

async function once<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  settings: string,
): Promise<T> {
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

/**
 * Number of attempts after a deadlock, a serialisation failure (docs/threats.md F45), or a foreign key to a
 * row that was deleted meanwhile.
 */
const MAX_ROUNDS = 3;

/**
 * A row refers to a row that existed when the statement began and was deleted since. Foreign keys are checked
 * against the present rows. The next attempt finds that the row is missing, and reports this. If the key is
 * violated each time, it is a bug of ours.
 */
const FOREIGN_KEY_VIOLATION = "23503";
const isRepeatable = (error: unknown): boolean =>
  failureOf(error) === "repeat" || codeOf(error) === FOREIGN_KEY_VIOLATION;

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
