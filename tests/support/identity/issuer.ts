import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/**
 * An identity provider like Entra ID. It signs assertions for a workload, and publishes its keys over HTTP on
 * a free port.
 */
export interface Issuer {
  readonly origin: string;
  readonly jwksUrl: string;
  /** The trust that an operator registers, without its scopes. */
  readonly workload: {
    readonly issuer: string;
    readonly subject: string;
    readonly audiences: readonly string[];
    readonly tenantId: string;
  };
  /** An assertion with the claims of the workload. `changes` replaces claims; undefined removes one. */
  sign(change?: JWTPayload, header?: object): Promise<string>;
  /** Changes the signing key. Only the new key is published. */
  rotate(): Promise<void>;
  /** Sets how the address of the keys answers from now on. */
  answer(how: Answer): void;
  /** Number of requests for the keys. */
  asked(): number;
  close(): Promise<void>;
}

export type Answer = "keys" | ((response: ServerResponse) => void);

export const dropped = (response: ServerResponse): void => void response.destroy();

const TENANT = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";

/** Entra ID signs with RS256. Creating a key for ES256 is much faster. */
export async function openIssuer(now: () => Date, alg: "RS256" | "ES256" = "RS256"): Promise<Issuer> {
  let key: { readonly kid: string; readonly privateKey: CryptoKey; readonly published: JWK };
  let how: Answer = "keys";
  let asked = 0;
  let made = 0;
  const server = createServer((_request, response) => {
    asked++;
    if (how !== "keys") return how(response);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [key.published] }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // The address of a server that listens on a port is an object.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workload = {
    issuer: `${origin}/${TENANT}/v2.0`,
    subject: "d2f8ee76-c549-45b8-a143-f5b640669704",
    audiences: ["api://b5ba7a93-4452-4522-aeb4-a2b5da870c16"],
    tenantId: TENANT,
  };

  async function rotate(): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const kid = `key-${++made}`;
    key = { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, use: "sig", alg } };
  }
  await rotate();

  return {
    origin,
    jwksUrl: `${origin}/${TENANT}/discovery/v2.0/keys`,
    workload,
    rotate,
    asked: () => asked,
    answer(next) {
      how = next;
    },
    async sign(change = {}, header = {}) {
      const at = Math.floor(now().getTime() / 1_000);
      const {
        issuer: iss,
        subject: sub,
        audiences: [aud = ""],
        tenantId: tid,
      } = workload;
      const claims = { iss, sub, aud, tid, iat: at, nbf: at, exp: at + 3_900, ver: "2.0", ...change };
      return new SignJWT(claims)
        .setProtectedHeader({ alg, typ: "JWT", kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
