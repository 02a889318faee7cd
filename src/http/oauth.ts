import { type Request, type Response, Router } from "express";
import type { JWK } from "jose";
import { ACCESS_TOKEN_SECONDS, type AccessTokens } from "./access-tokens.ts";
import { sendJson } from "./answer.ts";
import type { Authenticator } from "./auth.ts";
import { readFormBody } from "./body.ts";
import { TooManyRequests } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { methodNotAllowed } from "./methods.ts";
import type { Mount } from "./mount.ts";
import { isScope, type Scope } from "./scopes.ts";

/*
 * Our token endpoint (RFC 6749 section 4.4): a token's id and secret against an access token of an hour, since Entra's gallery takes no long-lived bearer
 * any more (clients.md). Nothing else: no refresh tokens, no users, no assertions yet.
 */

export interface OAuthOptions {
  readonly authenticator: Authenticator;
  readonly accessTokens: AccessTokens;
  readonly limits: Limits;
}

type OAuthErrorCode = "invalid_request" | "invalid_client" | "invalid_scope" | "unsupported_grant_type";

/** What is asked for, or why it cannot be (RFC 6749 section 5.2). */
type TokenRequest =
  | { readonly ok: true; readonly clientId: string; readonly secret: string; readonly scopes: readonly Scope[] | undefined }
  | { readonly ok: false; readonly error: OAuthErrorCode; readonly description: string };

const BODY_LIMIT_BYTES = 16_384;

export function tokenEndpoint({ authenticator, accessTokens, limits }: OAuthOptions): Mount {
  const issue = async (req: Request, res: Response) => {
    const form: URLSearchParams = req.body;
    const request = readTokenRequest(form, req.headers.authorization);
    if (!request.ok) return refuse(req, res, request.error, request.description);

    const attempt = `${req.ip ?? "unknown"} ${request.clientId}`;
    const waitMs = await limits.tokenFailures.take(attempt);
    if (waitMs > 0) throw new TooManyRequests(waitMs);
    const actor = await authenticator.authenticateClient(request.clientId, request.secret);
    if (!actor) return refuse(req, res, "invalid_client", "unknown client, or wrong, expired or revoked secret");
    await limits.tokenFailures.giveBack(attempt);

    const scopes = request.scopes ?? actor.scopes;
    if (!scopes.every((scope) => actor.scopes.includes(scope)))
      return refuse(req, res, "invalid_scope", "the client does not have this scope");
    const token = await accessTokens.issue(actor, scopes);
    res.setHeader("Pragma", "no-cache");
    sendJson(res, 200, { access_token: token, token_type: "Bearer", expires_in: ACCESS_TOKEN_SECONDS, scope: scopes.join(" ") });
  };

  const router = Router();
  router.route("/").post(readFormBody(BODY_LIMIT_BYTES), issue).all(methodNotAllowed("POST"));
  return { path: "/oauth2/token", access: "public", handler: router };
}

/** Public keys of everything we sign (RFC 7517): access tokens, and whatever else the suppliers give. */
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

/** Pure. Credentials come in the header (client_secret_basic) or in the body (client_secret_post), never in both. */
export function readTokenRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  for (const name of new Set(form.keys())) {
    if (form.getAll(name).length > 1) return refusal("invalid_request", "a parameter is there more than once");
  }
  const grantType = form.get("grant_type");
  if (grantType === null) return refusal("invalid_request", "grant_type is missing");
  if (grantType !== "client_credentials") return refusal("unsupported_grant_type", "only client_credentials is supported");
  if (form.has("client_assertion") || form.has("client_assertion_type")) {
    return refusal("invalid_client", "client assertions are not supported: send client_id and client_secret");
  }
  const basic = authorization === undefined ? undefined : basicCredentials(authorization);
  if (authorization !== undefined && !basic) return refusal("invalid_client", "the Authorization header is not Basic");
  if (basic && form.has("client_secret")) return refusal("invalid_request", "credentials in the header and in the body");
  if (basic && form.has("client_id") && form.get("client_id") !== basic.id) return refusal("invalid_request", "two different client ids");
  const id = basic?.id ?? form.get("client_id");
  const secret = basic?.secret ?? form.get("client_secret");
  if (!id || !secret) return refusal("invalid_client", "client id or client secret is missing");

  const words = (form.get("scope") ?? "").split(" ").filter((word) => word !== "" && !isDefaultScope(word));
  if (!words.every(isScope)) return refusal("invalid_scope", "a scope is not known");
  return { ok: true, clientId: id, secret, scopes: words.length > 0 ? words : undefined };
}

/** Entra's `…/.default` means: whatever the client has. */
const isDefaultScope = (word: string): boolean => word === ".default" || word.endsWith("/.default");

const refusal = (error: OAuthErrorCode, description: string): TokenRequest => ({ ok: false, error, description });

/** RFC 6749 section 2.3.1: both halves are form-encoded before Base64. */
function basicCredentials(header: string): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  try {
    return { id: formDecoded(id), secret: formDecoded(secret) };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const formDecoded = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));

function refuse(req: Request, res: Response, error: OAuthErrorCode, description: string): void {
  const status = error === "invalid_client" ? 401 : 400;
  if (status === 401)
    res.setHeader("WWW-Authenticate", `${req.headers.authorization === undefined ? "Bearer" : "Basic"} realm="dingtalk-scim"`);
  // RFC 6749 fixes these two names; the others make it a problem document as well.
  sendJson(res, status, { error, error_description: description, title: error, status, detail: description });
}
