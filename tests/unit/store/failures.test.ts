import pg from "pg";
import { NoAnswer } from "../../../src/store/postgres/connection.ts";
import { endsConnection, type Failure, failureOf } from "../../../src/store/postgres/failures.ts";

/** As the driver makes them from what the server says. */
const said = (code: string, table?: string): Error =>
  Object.assign(new pg.DatabaseError("said by the server", 0, "error"), { code, table });
const system = (code: string): Error => Object.assign(new Error("of the system"), { code });

test.each<[string, unknown, Failure, boolean]>([
  ["deadlock", said("40P01"), "repeat", false],
  ["serialisation failure", said("40001"), "repeat", false],
  ["a prepared statement the session does not have", said("26000"), "repeat", true],
  ["a prepared statement the session has already", said("42P05"), "repeat", true],
  ["no lock in time", said("55P03"), "busy", false],
  ["statement time-out", said("57014"), "busy", false],
  ["connection failure", said("08006"), "away", true],
  ["in-doubt commit", said("40003"), "away", true],
  ["disk full", said("53100"), "away", true],
  ["too many connections", said("53300"), "away", true],
  ["ended by an administrator", said("57P01"), "away", true],
  ["ended by a crash", said("57P02"), "away", true],
  ["starting up", said("57P03"), "away", true],
  ["I/O error", said("58030"), "away", true],
  ["a primary that became a standby", said("25006"), "away", true],
  ["password not accepted any more", said("28P01"), "away", true],
  ["database missing", said("3D000"), "away", true],
  ["connection reset", system("ECONNRESET"), "away", true],
  ["no route", system("EHOSTUNREACH"), "away", true],
  ["name not found now", system("EAI_AGAIN"), "away", true],
  ["certificate expired", system("CERT_HAS_EXPIRED"), "away", true],
  ["TLS alert", system("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"), "away", true],
  ["silence", new NoAnswer("silence"), "away", true],
  ["no free connection", new Error("timeout exceeded when trying to connect"), "away", true],
  ["connection time-out", new Error("Connection terminated due to connection timeout"), "away", true],
  ["closed by the peer", new Error("Connection terminated unexpectedly"), "away", true],
  ["a pool that was ended", new Error("Cannot use a pool after calling end on the pool"), "away", true],
  ["a history that refuses", said("P0001"), "refused", false],
  ["privilege missing", said("42501"), "refused", false],
  ["a constraint of the history", said("23514", "history"), "refused", false],
  ["unique violation", said("23505"), "other", false],
  ["a mistake in SQL", said("42601"), "other", false],
  [
    "a server's text like one of the driver's",
    Object.assign(said("XX000"), { message: "Connection terminated" }),
    "other",
    false,
  ],
  ["a mistake of ours", new TypeError("x is not a function"), "other", false],
  ["nothing", undefined, "other", false],
])("%s", (_name, error, failure, ends) => {
  expect([failureOf(error), endsConnection(error)]).toEqual([failure, ends]);
});
