import { errors, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../../core/clock.ts";
import { uuidv7 } from "../../../core/id.ts";
import { type Actor, isScope, type Scope } from "../scopes.ts";
import { SIGNING_ALGORITHM, type SigningKey } from "./signing.ts";

/** The content of an access token with a valid signature. */
export interface AccessClaims {
  /** The id of a token or of a trust. */
  readonly clientId: string;
  readonly scopes: readonly Scope[];
}

export interface AccessTokens {
  /** A JWT for this client (RFC 9068) with some of its scopes. */
  issue(actor: Actor, scopes: readonly Scope[]): Promise<string>;
  /** Undefined: not signed by us, changed or expired. */
  verify(jwt: string): Promise<AccessClaims | undefined>;
}

export const ACCESS_TOKEN_SECONDS = 3_600;
const CLOCK_TOLERANCE_SECONDS = 60;
const TYPE = "at+jwt";

export interface AccessTokenOptions {
  /** PUBLIC_URL: issuer and audience. */
  readonly publicUrl: string;
  readonly signingKey: () => Promise<SigningKey>;
  readonly clock: Clock;
}

export function createAccessTokens({ publicUrl, signingKey, clock }: AccessTokenOptions): AccessTokens {
  return {
    async issue(actor, scopes) {
      const { kid, privateKey } = await signingKey();
      const now = clock.now();
      const issuedAt = Math.floor(now.getTime() / 1_000);
      return new SignJWT({ client_id: actor.tokenId, scope: scopes.join(" ") })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
        .setIssuer(publicUrl)
        .setAudience(publicUrl)
        .setSubject(actor.tokenId)
        .setJti(uuidv7(now.getTime()))
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(privateKey);
    },

    async verify(jwt) {
      const { publicKey } = await signingKey();
      try {
        const { payload } = await jwtVerify(jwt, publicKey, {
          algorithms: [SIGNING_ALGORITHM],
          typ: TYPE,
          issuer: publicUrl,
          audience: publicUrl,
          requiredClaims: ["exp", "iat", "sub", "jti"],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          maxTokenAge: ACCESS_TOKEN_SECONDS,
          currentDate: clock.now(),
        });
        const scope = typeof payload.scope === "string" ? payload.scope : "";
        return payload.sub === undefined
          ? undefined
          : { clientId: payload.sub, scopes: scope.split(" ").filter(isScope) };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
