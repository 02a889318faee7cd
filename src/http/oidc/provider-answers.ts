import * as client from "openid-client";
import { type Refusal, type RefusalCode, refusal } from "../auth/refusals.ts";
import type { Person } from "./claims.ts";

export interface NotSignedIn {
  readonly kind: "refused";
  /** `oidcUnavailable`: the provider did not answer. This says nothing about the user. */
  readonly refusal: Refusal;
}

export type SignedInPerson =
  | { readonly kind: "person"; readonly person: Person; readonly refreshToken?: string }
  | NotSignedIn;

export const refused = (code: RefusalCode, reason?: string) =>
  ({ kind: "refused", refusal: { ...refusal(code), ...(reason === undefined ? {} : { reason }) } }) as const;

/**
 * Only the form of registered words of OAuth and OpenID Connect is shown. Other texts of a provider are not.
 */
const WORD = /^[a-z_]{1,60}$/;

/** The refusal by the provider. Undefined: the provider did not answer. */
export function verdictOn(error: unknown): SignedInPerson | undefined {
  const said = (word: string) => (WORD.test(word) ? word : "an error without a known word");
  if (error instanceof client.AuthorizationResponseError)
    return refused("oidcDenied", `the provider says ${said(error.error)}`);
  if (error instanceof client.ResponseBodyError)
    return refused("oidcDenied", `the provider refused the code or the refresh token: ${said(error.error)}`);
  if (error instanceof client.ClientError && error.code !== undefined && CHECKS.has(error.code)) {
    // The texts of the library name claims, never their values.
    const { message } = error.cause instanceof Error ? error.cause : error;
    return refused("oidcToken", message);
  }
  return undefined;
}

const CHECKS: ReadonlySet<string> = new Set(
  [
    "INVALID_RESPONSE",
    "JWT_CLAIM_COMPARISON_FAILED",
    "JWT_TIMESTAMP_CHECK_FAILED",
    "KEY_SELECTION_FAILED",
    "PARSE_ERROR",
  ].map((name) => `OAUTH_${name}`),
);
