import pg from "pg";

/*
 * What an error of the database means, in one place: for a statement, for its connection, and for whoever asked. The codes are PostgreSQL's (appendix A of its
 * manual), the driver's and the system's.
 */

export type Failure =
  /** Somebody else was in the way, or the session was not what the driver thinks: the same statement may pass at once. Nothing of it has happened. */
  | "repeat"
  /** The database is there, and something else holds what is wanted. */
  | "busy"
  /** Not reachable, going away, coming up, frozen, full, or no longer the one that takes writes. Whether the statement happened is not known. */
  | "away"
  /** It refuses what we ask, which it would not do as it was set up: an operator has to look. */
  | "refused"
  /** The data do not allow it, or it is our bug: reported to the caller. */
  | "other";

/** Deadlock; serialisation failure; a prepared statement that the session does not have, or has already, as after a change of server behind a pooler. */
const REPEATABLE: ReadonlySet<string> = new Set(["40P01", "40001", "26000", "42P05"]);
/** No lock within lock_timeout; cancelled, by statement_timeout as a rule. */
const BUSY: ReadonlySet<string> = new Set(["55P03", "57014"]);
/**
 * Connection, access, missing database, in-doubt commit, resources, operator intervention, system errors, a transaction that stood still. Read-only is what a primary becomes that was replaced:
 * the next connection leads to its successor.
 */
const AWAY = /^(08|28|53|57|58|3D000|40003|25006|25P03|NO_ANSWER$)/;
/** Privilege missing, a trigger that raised: above all a history that cannot be written refuses the write it would record (docs/threats.md F65). */
const REFUSED: ReadonlySet<string> = new Set(["42501", "P0001"]);
/** Whatever keeps an event from being stored, a constraint too, is no mistake of the client. */
const HISTORY = "history";

/** Of sockets, name look-ups and TLS. */
const SYSTEM = /^(E[A-Z]{2,}|EAI_\w+|ERR_(SSL|TLS|SOCKET|STREAM)\w*|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;
/** What the driver says without a code. */
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
  return error instanceof Error && !(error instanceof pg.DatabaseError) && DRIVER.test(error.message) ? "away" : "other";
}

/** The connection is of no further use: broken, or to a server that is no longer the right one. */
export const endsConnection = (error: unknown): boolean => {
  const failure = failureOf(error);
  return failure === "away" || (failure === "repeat" && codeOf(error)?.startsWith("40") === false);
};

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
