import { hash } from "node:crypto";
import { createSecretCookie, makeSecret, type SecretCookie } from "../session/cookie.ts";

/*
 * One attempt to sign in (docs/threats.md T41), from the redirect to the provider until the return. All its
 * data are in a cookie of the browser that began it. `state`, `nonce` and the PKCE verifier (RFC 7636) are
 * derived from the cookie. So the server stores nothing before the return, however many attempts are begun.
 * An answer for another browser, another attempt or another return address is refused.
 */

export interface Attempt {
  /** The provider has to authenticate the user again, even with an existing session. */
  readonly fresh: boolean;
  /** Path and query of our page after the sign-in. */
  readonly returnTo: string;
  readonly expiresAt: Date;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** For the ledger of used attempts: each attempt is valid once. */
  readonly digest: Buffer;
}

export const ATTEMPT_SECONDS = 600;
/** Maximum length of an encoded address of ours. */
const MAX_RETURN = 900;

const FORM = new RegExp(String.raw`^([0-9a-z]{1,11})\.([\w-]{43})\.([01])\.([\w-]{0,${MAX_RETURN}})$`);

export const createAttemptCookie = (publicUrl: string): SecretCookie =>
  createSecretCookie(publicUrl, { name: "dingtalk-scim-login", form: FORM, sameSite: "Lax" });

/** The text of the cookie. An address that is too long or not ours becomes the start page. */
export function beginAttempt(
  at: Date,
  { fresh, returnTo }: { readonly fresh: boolean; readonly returnTo: string | undefined },
): string {
  const encoded = Buffer.from(ownPath(returnTo)).toString("base64url");
  const kept = encoded.length <= MAX_RETURN ? encoded : "";
  return `${at.getTime().toString(36)}.${makeSecret()}.${fresh ? "1" : "0"}.${kept}`;
}

/** Undefined: another text, or an attempt that began more than ten minutes ago. */
export function readAttempt(text: string, now: Date): Attempt | undefined {
  const [, started, , fresh, encoded] = FORM.exec(text) ?? [];
  if (started === undefined || encoded === undefined) return undefined;
  const endsMs = Number.parseInt(started, 36) + ATTEMPT_SECONDS * 1_000;
  if (now.getTime() >= endsMs || endsMs > now.getTime() + ATTEMPT_SECONDS * 1_000) return undefined;
  const of = (what: string) => hash("sha256", `${what} ${text}`, "base64url");
  return {
    fresh: fresh === "1",
    returnTo: ownPath(Buffer.from(encoded, "base64url").toString()),
    expiresAt: new Date(endsMs),
    state: of("state"),
    nonce: of("nonce"),
    verifier: of("verifier"),
    digest: hash("sha256", `sign-in ${text}`, "buffer"),
  };
}

const ANYWHERE = "http://here.invalid";

/** Accepts only paths of this server. Browsers read `//host` and `/\host` as another host. */
function ownPath(given: string | undefined): string {
  if (!given?.startsWith("/") || !URL.canParse(given, ANYWHERE)) return "/";
  const url = new URL(given, ANYWHERE);
  return url.origin === ANYWHERE ? url.pathname + url.search : "/";
}
