import { isScope, type Scope } from "../scopes.ts";

export type OAuthErrorCode =
  | "invalid_request"
  | "invalid_client"
  | "invalid_scope"
  | "unsupported_grant_type";

export type ClientCredential =
  | { readonly kind: "secret"; readonly secret: string }
  /** A JWT, not yet verified (RFC 7523 section 2.2). */
  | { readonly kind: "assertion"; readonly assertion: string };

/** The requested token, or the reason of a refusal (RFC 6749 section 5.2). */
export type TokenRequest =
  | {
      readonly ok: true;
      readonly clientId: string;
      readonly credential: ClientCredential;
      readonly scopes: readonly Scope[] | undefined;
    }
  | { readonly ok: false; readonly error: OAuthErrorCode; readonly description: string };

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Pure. Credentials are in the header (client_secret_basic), in the body (client_secret_post), or an
 * assertion. Two of these together are refused (RFC 6749 section 2.3). Refusals repeat no input.
 */
export function readTokenRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  const names = new Set<string>();
  for (const [name, value] of form) {
    if (names.has(name)) return refusal("invalid_request", "a parameter occurs more than once");
    names.add(name);
    if (value.includes("\0")) return refusal("invalid_request", "a parameter holds the character NUL");
  }
  const grantType = form.get("grant_type");
  if (grantType === null) return refusal("invalid_request", "grant_type is missing");
  if (grantType !== "client_credentials")
    return refusal("unsupported_grant_type", "only client_credentials is supported");
  return form.has("client_assertion") || form.has("client_assertion_type")
    ? readAssertion(form, authorization)
    : readSecret(form, authorization);
}

function readAssertion(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  if (authorization !== undefined || form.has("client_secret"))
    return refusal("invalid_request", "an assertion and another credential");
  const type = form.get("client_assertion_type");
  const assertion = form.get("client_assertion");
  if (type === null || !assertion)
    return refusal("invalid_request", "client_assertion or client_assertion_type is missing");
  if (type !== ASSERTION_TYPE)
    return refusal("invalid_client", `client_assertion_type has to be ${ASSERTION_TYPE}`);
  // RFC 7521 section 4.2 makes it optional if the subject is the client. Here the subject is the issuer's
  // name for the client.
  const clientId = form.get("client_id");
  if (!clientId) return refusal("invalid_client", "client_id is missing");
  // Entra's form has no field for scopes, and its documents use scopes of their own. Unknown scopes are
  // ignored (RFC 6749 section 3.3).
  const scopes = wordsOf(form).filter(isScope);
  return {
    ok: true,
    clientId,
    credential: { kind: "assertion", assertion },
    scopes: scopes.length > 0 ? scopes : undefined,
  };
}

function readSecret(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  const basic = authorization === undefined ? undefined : basicCredentials(authorization);
  if (authorization !== undefined && !basic)
    return refusal("invalid_client", "the Authorization header is not Basic");
  if (basic && form.has("client_secret"))
    return refusal("invalid_request", "credentials in the header and in the body");
  if (basic && form.has("client_id") && form.get("client_id") !== basic.id)
    return refusal("invalid_request", "two different client ids");
  const clientId = basic?.id ?? form.get("client_id");
  const secret = basic?.secret ?? form.get("client_secret");
  if (!clientId || !secret) return refusal("invalid_client", "client id or client secret is missing");
  if (clientId.includes("\0")) return refusal("invalid_request", "the client id holds the character NUL");

  const words = wordsOf(form);
  if (!words.every(isScope)) return refusal("invalid_scope", "a scope is not known");
  return {
    ok: true,
    clientId,
    credential: { kind: "secret", secret },
    scopes: words.length > 0 ? words : undefined,
  };
}

const wordsOf = (form: URLSearchParams): readonly string[] =>
  (form.get("scope") ?? "").split(" ").filter((word) => word !== "" && !isDefaultScope(word));

/** Entra's `…/.default` means all scopes of the client. */
const isDefaultScope = (word: string): boolean => word === ".default" || word.endsWith("/.default");

const refusal = (error: OAuthErrorCode, description: string): TokenRequest => ({
  ok: false,
  error,
  description,
});

/** RFC 6749 section 2.3.1: both parts are form-encoded before Base64. */
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
