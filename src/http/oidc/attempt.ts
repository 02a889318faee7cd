import { hash } from "node:crypto";
import { createSecretCookie, makeSecret, type SecretCookie } from "../session/cookie.ts";

/*
 * One try to sign in (docs/threats.md T41), from the way to the provider until somebody comes back. All of it is in a cookie of the browser that began it; `state`, `nonce` and the
 * verifier of PKCE (RFC 7636) follow from its text. So nothing is stored before somebody comes back, whoever begins how often, and an answer that was meant for
 * another browser, another try or another return address does not fit.
 */

export interface Attempt {
  /** The provider has to authenticate the user again, even with an existing session. */
  readonly fresh: boolean;
  /** Path and query of our own page to go to afterwards. */
  readonly returnTo: string;
  readonly expiresAt: Date;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** For the ledger of what was used: each try counts once. */
  readonly digest: Buffer;
}

export const ATTEMPT_SECONDS = 600;
/** Of an address of ours, encoded. */
const MAX_RETURN = 900;

const FORM = new RegExp(String.raw`^([0-9a-z]{1,11})\.([\w-]{43})\.([01])\.([\w-]{0,${MAX_RETURN}})$`);

export const createAttemptCookie = (publicUrl: string): SecretCookie =>
  createSecretCookie(publicUrl, { name: "dingtalk-scim-login", form: FORM, sameSite: "Lax" });

/** The text for the cookie. An address that is not ours, or too long, becomes the start page. */
export function beginAttempt(at: Date, { fresh, returnTo }: { readonly fresh: boolean; readonly returnTo: string | undefined }): string {
  const encoded = Buffer.from(ownPath(returnTo)).toString("base64url");
  const kept = encoded.length <= MAX_RETURN ? encoded : "";
  return `${at.getTime().toString(36)}.${makeSecret()}.${fresh ? "1" : "0"}.${kept}`;
}

/** Undefined for another text, and for a try that began more than ten minutes ago. */
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

/** Only paths of this server: browsers read `//host` and `/\host` as another one. */
function ownPath(given: string | undefined): string {
  if (!given?.startsWith("/") || !URL.canParse(given, ANYWHERE)) return "/";
  const url = new URL(given, ANYWHERE);
  return url.origin === ANYWHERE ? url.pathname + url.search : "/";
}
