import pg from "pg";

/*
 * The meaning of database errors, for a statement, for its connection and for the caller. The codes are those
 * of PostgreSQL (appendix A of its manual), of the driver and of the system.
 */

export type Failure =
  /**
   * A conflict with another transaction, or a session that the driver has the wrong state of. The statement
   * had no effect, and may succeed if it is repeated now.
   */
  | "repeat"
  /**
   * The database works, but another transaction holds a lock for too long, or the statement took too long.
   */
  | "busy"
  /**
   * The database cannot be reached, is stopping, starting, frozen or full, or accepts no writes any more. It
   * is unknown whether the statement had an effect.
   */
  | "away"
  /**
   * The database refuses the statement because of its set-up, such as a missing right. An operator must fix
   * it.
   */
  | "refused"
  /** The data does not allow the statement, or it is a bug of ours. It is reported to the caller. */
  | "other";

/**
 * Deadlock; serialisation failure; a prepared statement that the session lacks or has already, as after a
 * change of the server behind a pooler.
 */
const REPEATABLE: ReadonlySet<string> = new Set(["40P01", "40001", "26000", "42P05"]);
/** No lock within lock_timeout; cancelled, usually by statement_timeout. */
const BUSY: ReadonlySet<string> = new Set(["55P03", "57014"]);
/**
 * Connection, access, missing database, in-doubt commit, resources, operator intervention, system errors, an
 * idle transaction that was ended. Read-only: the primary was replaced, and the next connection leads to its
 * successor.
 */
const AWAY = /^(08|28|53|57|58|3D000|40003|25006|25P03|NO_ANSWER$)/;
/**
 * A missing privilege; an exception of a trigger. If the history cannot be written, the change that it would
 * record is refused too (docs/threats.md F65).
 */
const REFUSED: ReadonlySet<string> = new Set(["42501", "P0001"]);
/** An error of this table, also of a constraint, is never a mistake of the client. */
const HISTORY = "history";

/** Codes of sockets, name look-ups and TLS. */
const SYSTEM =
  /^(E[A-Z]{2,}|EAI_\w+|ERR_(SSL|TLS|SOCKET|STREAM)\w*|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;
/** Texts of driver errors that have no code. */
const DRIVER =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Client was closed|after calling end on the pool|SSL connection|Received unexpected .+ message from backend|^SASL: /i;

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (code !== undefined) {
    if (REPEATABLE.has(code)) return "repeat";
    if (BUSY.has(code)) return "busy";
    if (AWAY.test(code)) return "away";
    if (REFUSED.has(code) || (error as pg.DatabaseError).table === HISTORY) return "refused";
    if (!(error instanceof pg.DatabaseError) && SYSTEM.test(code)) return "away";
  }
  return error instanceof Error && !(error instanceof pg.DatabaseError) && DRIVER.test(error.message)
    ? "away"
    : "other";
}

/** True: the connection must be closed, because it is broken or leads to the wrong server. */
export const endsConnection = (error: unknown): boolean => {
  const failure = failureOf(error);
  return failure === "away" || (failure === "repeat" && codeOf(error)?.startsWith("40") === false);
};

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
