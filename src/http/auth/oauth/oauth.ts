import { type Request, type Response, Router } from "express";
import type { JWK } from "jose";
import { sendJson } from "../../answer.ts";
import { readFormBody } from "../../body.ts";
import { networkOf } from "../../connection/address.ts";
import type { ClientAddress } from "../../connection/client-address.ts";
import type { Limits } from "../../connection/limits.ts";
import { TooManyRequests } from "../../errors.ts";
import { methodNotAllowed } from "../../methods.ts";
import type { Mount } from "../../mount.ts";
import { traceOf } from "../../request-context.ts";
import type { Authenticator } from "../auth.ts";
import type { Federation } from "../federation/federation.ts";
import { type LogRefusal, type Refusal, refusal } from "../refusals.ts";
import type { Verdict } from "../verdict.ts";
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from "./access-tokens.ts";
import { type ClientCredential, type OAuthErrorCode, readTokenRequest } from "./token-request.ts";

/*
 * Our token endpoint (RFC 6749 section 4.4). Returns an access token for an hour, for the id and secret of a
 * token, or for a client id and an assertion of a trusted issuer. Entra's gallery no longer accepts
 * long-lived bearer tokens (docs/clients.md 1.4). There are no refresh tokens and no users.
 */

export interface OAuthOptions {
  readonly authenticator: Authenticator;
  readonly federation: Federation;
  readonly accessTokens: AccessTokens;
  readonly limits: Limits;
  readonly addressOf: ClientAddress;
  readonly logRefusal: LogRefusal;
}

const BODY_LIMIT_BYTES = 16_384;

/** The same text for every cause, so that callers cannot learn which part was wrong (docs/threats.md T28). */
const UNKNOWN_CLIENT = {
  secret: "unknown client, or wrong, expired or revoked secret",
  assertion: "unknown client, or an assertion that is not trusted",
} as const;

export function tokenEndpoint({
  authenticator,
  federation,
  accessTokens,
  limits,
  addressOf,
  logRefusal,
}: OAuthOptions): Mount {
  async function authenticate(clientId: string, credential: ClientCredential): Promise<Verdict> {
    if (credential.kind === "secret") return authenticator.authenticateClient(clientId, credential.secret);
    const exchange = await federation.exchange(clientId, credential.assertion);
    return exchange.ok
      ? exchange
      : { ok: false, refusal: { code: "assertionRefused", reason: exchange.reason, tokenId: clientId } };
  }

  const issue = async (req: Request, res: Response) => {
    const form: URLSearchParams = req.body;
    const trace = traceOf(res);
    const address = addressOf(req);
    const log = (refusal: Refusal) =>
      logRefusal(refusal, { requestId: trace.requestId, path: req.originalUrl, address });
    const request = readTokenRequest(form, req.headers.authorization);
    if (!request.ok) {
      if (request.error === "invalid_client")
        log(refusal(req.headers.authorization === undefined ? "incomplete" : "notBasic"));
      return refuse(req, res, request.error, request.description);
    }

    const attempt = limits.tokenAttempts.take(networkOf(address), request.clientId);
    if (attempt.waitMs > 0) throw new TooManyRequests(attempt.waitMs);
    const verdict = await authenticate(request.clientId, request.credential).catch((error: unknown) => {
      attempt.giveBack();
      throw error;
    });
    if (!verdict.ok) {
      log(verdict.refusal);
      return refuse(req, res, "invalid_client", UNKNOWN_CLIENT[request.credential.kind]);
    }
    attempt.succeeded();
    const { actor } = verdict;
    trace.actor = actor;

    const scopes = request.scopes ?? actor.scopes;
    if (!scopes.every((scope) => actor.scopes.includes(scope)))
      return refuse(req, res, "invalid_scope", "the client does not have this scope");
    const token = await accessTokens.issue(actor, scopes);
    res.setHeader("Pragma", "no-cache");
    sendJson(res, 200, {
      access_token: token,
      token_type: "Bearer",
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: scopes.join(" "),
    });
  };

  const router = Router();
  router.route("/").post(readFormBody(BODY_LIMIT_BYTES), issue).all(methodNotAllowed("POST"));
  return { path: "/oauth2/token", access: "public", handler: router };
}

/** Public keys of all our signatures (RFC 7517): those for access tokens, and those of the suppliers. */
export function jwksEndpoint(suppliers: readonly (() => Promise<readonly JWK[]>)[]): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => {
      const keys = await Promise.all(suppliers.map((supply) => supply()));
      res.setHeader("Cache-Control", "public, max-age=600");
      sendJson(res, 200, { keys: keys.flat() }, "application/jwk-set+json");
    })
    .all(methodNotAllowed("GET"));
  return { path: "/.well-known/jwks.json", access: "public", handler: router };
}

function refuse(req: Request, res: Response, error: OAuthErrorCode, description: string): void {
  const status = error === "invalid_client" ? 401 : 400;
  // RFC 6749 section 5.2 requires a challenge if the client used the Authorization header. Without that
  // header, libraries take a challenge for a refused token and hide `invalid_client`.
  if (status === 401 && req.headers.authorization !== undefined)
    res.setHeader("WWW-Authenticate", 'Basic realm="dingtalk-scim"');
  // RFC 6749 requires the first two names. The others make it a problem document too.
  sendJson(res, status, { error, error_description: description, title: error, status, detail: description });
}
