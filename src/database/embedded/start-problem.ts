import { statSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "../../core/errors.ts";
import { isErrno } from "./processes.ts";

/*
 * Texts for problems that prevent opening the database: one line with the problem and what to do. Other
 * errors are not translated, because a guess could mislead the operator. No text repeats the user, the
 * password or the whole address.
 */

/** SQLSTATE of PostgreSQL (appendix A of its manual), or the code of Node's network and TLS errors. */
const SERVER_PROBLEMS: Readonly<Record<string, string>> = {
  "28P01": "the password in DATABASE_URL is wrong; correct it",
  "28000":
    "the server refuses this user from this machine; check the user in DATABASE_URL and pg_hba.conf of the server",
  "3D000": "the database in DATABASE_URL does not exist; create it first: createdb NAME",
  "42501":
    "the user in DATABASE_URL lacks a right in this database; run `dingtalk-scim migrate` as the owner of the database, and grant rights to roles with `dingtalk-scim database roles`",
  "53300": "the server has no free connections; raise max_connections or end other programs",
  "57P03": "the server is starting or stopping; try again in a moment",
  "25006": "the server is a read-only standby; name the primary in DATABASE_URL",
  ECONNREFUSED:
    "no server listens at the host and port of DATABASE_URL; start PostgreSQL or correct the address",
  ENOTFOUND: "the host name in DATABASE_URL is not known; correct it",
  EAI_AGAIN:
    "the host name in DATABASE_URL could not be looked up; check the name and the DNS of this machine",
  EHOSTUNREACH: "the host in DATABASE_URL cannot be reached from here; check the network and the address",
  ENETUNREACH: "the host in DATABASE_URL cannot be reached from here; check the network and the address",
  ETIMEDOUT: "the host in DATABASE_URL does not answer; check the address and the firewall",
  ECONNRESET: "the server at the address in DATABASE_URL closed the connection; check that it is PostgreSQL",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the server's certificate is not trusted here; set NODE_EXTRA_CA_CERTS to its CA file",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's certificate is not trusted here; set NODE_EXTRA_CA_CERTS to its CA file",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the server's certificate is not trusted here; set NODE_EXTRA_CA_CERTS to its CA file",
};

/**
 * Errors of the driver without a code, recognised by their texts (pg 8.23, lib/connection.js and
 * lib/crypto/sasl.js).
 */
const DRIVER_PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [/timeout expired|connection timeout/i, SERVER_PROBLEMS["ETIMEDOUT"]!],
  [
    /does not support SSL/i,
    "DATABASE_URL asks for SSL, but the server has no SSL; remove sslmode, or switch SSL on at the server",
  ],
  [
    /password must be a (non-empty )?string/i,
    "DATABASE_URL has no password, but the server asks for one; add it",
  ],
  [/Connection terminated unexpectedly/i, SERVER_PROBLEMS["ECONNRESET"]!],
];

/**
 * The result of `open`. If it fails for a known reason, rejects with a CannotStart of one line. Otherwise
 * rejects with the error itself.
 */
export async function orStartProblem<T>(
  where: { readonly url: string | undefined; readonly dataDir: string },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const problem = where.url === undefined ? folderProblem(error, where.dataDir) : serverProblem(error);
    throw problem === undefined ? error : new CannotStart([problem], { cause: error });
  }
}

function serverProblem(error: unknown): string | undefined {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { code } = each as { readonly code?: unknown };
    const known = typeof code === "string" ? SERVER_PROBLEMS[code] : undefined;
    const { message } = each;
    const problem = known ?? DRIVER_PROBLEMS.find(([pattern]) => pattern.test(message))?.[1];
    if (problem !== undefined) return `DATABASE_URL: ${problem}`;
  }
  return undefined;
}

function folderProblem(error: unknown, dataDir: string): string | undefined {
  if (isErrno(error, "ENOTDIR") || isErrno(error, "EEXIST"))
    return `DATA_DIR ${dataDir} is a file; name a folder`;
  if (isErrno(error, "ENOENT")) return `DATA_DIR ${dataDir} cannot be made there; name another folder`;
  if (isErrno(error, "EROFS"))
    return `DATA_DIR ${dataDir} is on a read-only file system; name a folder that can be written`;
  if (isErrno(error, "ENOSPC") || isErrno(error, "EDQUOT"))
    return `the disk of DATA_DIR ${dataDir} is full; make room and start again`;
  if (!isErrno(error, "EACCES") && !isErrno(error, "EPERM")) return undefined;
  const owner = [join(dataDir, "postgres"), dataDir].map(ownerOf).find((uid) => uid !== undefined);
  const mine = process.getuid?.();
  return owner === undefined || mine === undefined || owner === mine
    ? `DATA_DIR ${dataDir} cannot be written by this user; name another folder or change its permissions`
    : `DATA_DIR ${dataDir} belongs to ${owner === 0 ? "root" : `user ${owner}`}, who ran the server before; stop that server and run: sudo chown -R ${mine} ${dataDir}`;
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "EACCES")) return undefined;
    throw error;
  }
}
