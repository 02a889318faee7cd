import { SignJWT } from "jose";
import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import { SIGNING_ALGORITHM, type SigningKey } from "./signing.ts";

export interface SecurityEventTokens {
  /**
   * A signed security event token (RFC 8417) about a SCIM resource (RFC 9967 section 2.1). It never expires.
   */
  sign(token: {
    readonly id: string;
    readonly audience: string;
    readonly transaction: string;
    readonly uri: string;
    readonly events: Readonly<Record<string, JsonObject>>;
  }): Promise<string>;
}

/**
 * Signed with the key of `/.well-known/jwks.json`. The header `typ` distinguishes it from an access token.
 */
export const createSecurityEventTokens = ({
  publicUrl,
  signingKey,
  clock,
}: {
  readonly publicUrl: string;
  readonly signingKey: () => Promise<SigningKey>;
  readonly clock: Clock;
}): SecurityEventTokens => ({
  async sign({ id, audience, transaction, uri, events }) {
    const { kid, privateKey } = await signingKey();
    return new SignJWT({ txn: transaction, sub_id: { format: "scim", uri }, events })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: "secevent+jwt", kid })
      .setIssuer(publicUrl)
      .setAudience(audience)
      .setJti(id)
      .setIssuedAt(Math.floor(clock.now().getTime() / 1_000))
      .sign(privateKey);
  },
});
