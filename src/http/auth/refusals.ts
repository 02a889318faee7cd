import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { networkOf } from "../connection/address.ts";
import { createAttemptLimit } from "../connection/attempt-limit.ts";

/*
 * Why a credential is refused. Only for the operator's log: the caller gets the same 401 for every cause
 * (docs/threats.md T28).
 */

const REASONS = {
  missing: "the request carries no credential",
  notBearer: "the Authorization header is not one Bearer token",
  severalHeaders: "there is more than one Authorization header",
  notBasic: "the Authorization header is not Basic with a client id and a client secret",
  incomplete: "client id, client secret or assertion is missing",
  mistyped: "the token was cut off or mistyped: its form or its checksum is wrong",
  unknownForm: "the token is neither one of this server nor an access token it has signed",
  unknownToken: "there is no token of this id",
  wrongSecret: "the secret does not match the token",
  revoked: "the token was revoked",
  expired: "the token has expired",
  accessTokenRefused:
    "the access token has expired, or was not signed by this server for this address (PUBLIC_URL)",
  clientGone: "the client behind the access token was revoked or removed, or has expired",
  linkRefused: "the one-time link does not exist, was used or is older than ten minutes",
  assertionRefused: "the assertion is not accepted",
  oidcState: "this sign-in did not begin in this browser, or began more than ten minutes ago",
  oidcReplayed: "this answer of the identity provider was used before",
  oidcDenied: "the identity provider refused the sign-in",
  oidcToken: "the ID token is not accepted",
  oidcTenant: "the ID token is of another tenant",
  oidcNoRole: "the identity provider gives the person no role of this server",
  oidcUnavailable: "the identity provider does not answer",
} as const;

export type RefusalCode = keyof typeof REASONS;

export interface Refusal {
  readonly code: RefusalCode;
  /** Replaces the text of the code. */
  readonly reason?: string;
  /** Id of a token or a trust, if the request has one. */
  readonly tokenId?: string;
}

export const refusal = (code: RefusalCode, tokenId?: string): Refusal =>
  tokenId === undefined ? { code } : { code, tokenId };

export interface RefusedRequest {
  readonly requestId: string;
  /** As sent, without the query string. */
  readonly path: string;
  readonly address: string;
  /** The text that was tried as a credential, if there was one. */
  readonly credential?: string | undefined;
}

export type LogRefusal = (refusal: Refusal, request: RefusedRequest) => void;

/** Invented tokens must not fill the disk or hide the line about another token. */
const LINES_OF_A_NETWORK = 10;
const LINES = 100;
const ALL = "all";

const MAX_PATH = 200;
/** Length of the logged prefix of an unknown token: enough to recognise the token, too short to use it. */
const PREFIX = 6;
const MIN_CUT = 24;
/**
 * An id from an unauthenticated caller is logged only if it has the form of our ids: a token, a trust, the
 * setting.
 */
const ID = /^[a-z0-9-]{1,36}$/;

/**
 * One line per refused credential, up to a limit per minute. The number of omitted lines is logged with the
 * next one after the minute.
 */
export function createRefusalLog({
  logger,
  clock,
}: {
  readonly logger: Logger;
  readonly clock: Pick<Clock, "monotonicMs">;
}): LogRefusal {
  const byNetwork = createAttemptLimit(LINES_OF_A_NETWORK, clock);
  const all = createAttemptLimit(LINES, clock);
  let leftOut = 0;
  return ({ code, reason, tokenId }, { requestId, path, address, credential }) => {
    if (byNetwork.take(networkOf(address)) > 0 || all.take(ALL) > 0) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0)
      logger.warn({ count: leftOut }, "further refused credentials were not logged individually");
    leftOut = 0;
    logger.warn(
      {
        requestId,
        reasonCode: code,
        reason: reason ?? REASONS[code],
        ...shownOf(tokenId, credential),
        address,
        path: shownPath(path),
      },
      "a credential was refused",
    );
  };
}

export const shownPath = (path: string): string => path.split("?", 1)[0]!.slice(0, MAX_PATH);

/** The parts of a refused credential that may be logged. */
export function shownOf(
  tokenId: string | undefined,
  credential: string | undefined,
): { readonly tokenId?: string; readonly tokenPrefix?: string } {
  if (tokenId !== undefined && ID.test(tokenId)) return { tokenId };
  return credential !== undefined && credential.length >= MIN_CUT
    ? { tokenPrefix: credential.slice(0, PREFIX) }
    : {};
}
