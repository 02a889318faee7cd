import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { TrustRecord } from "../../ports.ts";

/**
 * Why an assertion is refused. Only for the operator's log: the caller gets no reason (docs/threats.md T28).
 */
export type AssertionRefusal =
  | "it cannot be read"
  | "its algorithm is not allowed"
  | "its key is not published"
  | "its signature is wrong"
  | "iss is not the issuer"
  | "sub is not the subject"
  | "aud is not one of the audiences"
  | "tid is not the tenant"
  | "a claim is missing"
  | "it acts for a signed-in person"
  | "it has expired"
  | "it is too old"
  | "it is not valid yet";

export type AssertionVerdict =
  | {
      readonly ok: true;
      /** The issuer's id of the assertion, if it has one. */
      readonly jti: string | undefined;
      /** The assertion is refused after this time in any case. */
      readonly endsAt: Date;
    }
  | { readonly ok: false; readonly reason: AssertionRefusal };

export interface AssertionCheck {
  readonly trust: Pick<TrustRecord, "issuer" | "subject" | "audiences" | "tenantId">;
  /** The keys of the issuer. Errors that are not from jose are passed on. */
  readonly keys: JWTVerifyGetKey;
  readonly now: Date;
}

/**
 * Entra ID signs with RS256. Shared-secret algorithms and `none` are excluded, because the key is public
 * (docs/threats.md T6).
 */
const ALGORITHMS = ["RS256", "ES256"];
const CLOCK_TOLERANCE_SECONDS = 60;
/**
 * Entra's assertions are valid for 65 minutes and are repeated from a cache. An older one is refused, even if
 * its own lifetime is longer.
 */
const MAX_ASSERTION_AGE_SECONDS = 2 * 3_600;

/**
 * Checks the signature, then the claims (RFC 7523 section 3). Uses the issuer's key that `kid` names. Ignores
 * keys in the header.
 */
export async function verifyAssertion(
  assertion: string,
  { trust, keys, now }: AssertionCheck,
): Promise<AssertionVerdict> {
  try {
    const { payload } = await jwtVerify(assertion, named(keys), {
      algorithms: ALGORITHMS,
      issuer: trust.issuer,
      subject: trust.subject,
      audience: [...trust.audiences],
      requiredClaims: ["exp", "iat"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: MAX_ASSERTION_AGE_SECONDS,
      currentDate: now,
    });
    return verifyClaims(payload, trust.tenantId);
  } catch (error) {
    if (error instanceof errors.JOSEError) return refused(reasonOf(error));
    throw error;
  }
}

/** Requires a `kid`. Without one, jose would try any key of the right type. */
const named =
  (keys: JWTVerifyGetKey): JWTVerifyGetKey =>
  (header, token) => {
    if (typeof header.kid !== "string" || header.kid === "")
      throw new errors.JWSInvalid("the header names no key");
    return keys(header, token);
  };

/** Checks that jose does not make. `exp` and `iat` are already known to be numbers. */
function verifyClaims(
  { aud, tid, scp, jti, exp = 0, iat = 0 }: JWTPayload,
  tenantId: string,
): AssertionVerdict {
  // Another audience could forward the assertion to us.
  if (Array.isArray(aud) && aud.length > 1) return refused("aud is not one of the audiences");
  if (tid !== tenantId) return refused("tid is not the tenant");
  // Delegated permissions: an app acts for a signed-in person (docs/threats.md T7).
  if (scp !== undefined) return refused("it acts for a signed-in person");
  if (jti !== undefined && (typeof jti !== "string" || jti === "")) return refused("it cannot be read");
  return {
    ok: true,
    jti,
    endsAt: new Date((Math.min(exp, iat + MAX_ASSERTION_AGE_SECONDS) + CLOCK_TOLERANCE_SECONDS) * 1_000),
  };
}

const refused = (reason: AssertionRefusal): AssertionVerdict => ({ ok: false, reason });

const MISMATCHES: Readonly<Record<string, AssertionRefusal>> = {
  iss: "iss is not the issuer",
  sub: "sub is not the subject",
  aud: "aud is not one of the audiences",
  nbf: "it is not valid yet",
  iat: "it is not valid yet",
};

function reasonOf(error: errors.JOSEError): AssertionRefusal {
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not allowed";
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return "its key is not published";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature is wrong";
  if (error instanceof errors.JWTExpired) return error.claim === "exp" ? "it has expired" : "it is too old";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return "a claim is missing";
    return (error.reason === "check_failed" ? MISMATCHES[error.claim] : undefined) ?? "it cannot be read";
  }
  return "it cannot be read";
}
