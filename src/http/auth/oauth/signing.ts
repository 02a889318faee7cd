import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from "jose";
import type { JsonObject } from "../../../core/entity.ts";
import type { KeyStore } from "../../ports.ts";

export const SIGNING_ALGORITHM = "ES256";

/** Row of `signing_keys`: purpose and number. The number allows a second key later. */
const KEY_ID = "oauth-1";

export interface SigningKey {
  /** Thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** The public part of the key. */
  readonly publicJwk: JWK;
}

/**
 * The key that signs access tokens. The first call of the first process creates it. All processes share it.
 */
export function createSigningKey(keys: KeyStore): () => Promise<SigningKey> {
  let loaded: Promise<SigningKey> | undefined;
  return () => {
    if (loaded) return loaded;
    const loading = load(keys);
    loaded = loading;
    // After a database failure the next call tries again.
    loading.catch(() => {
      if (loaded === loading) loaded = undefined;
    });
    return loading;
  };
}

async function load(keys: KeyStore): Promise<SigningKey> {
  const stored = (await keys.find(KEY_ID)) ?? (await keys.keep({ id: KEY_ID, privateJwk: await makeJwk() }));
  // Only `makeJwk` writes this row.
  const jwk = stored.privateJwk as JWK;
  const { d: _private, ...publicPart } = jwk;
  const kid = await calculateJwkThumbprint(publicPart);
  return {
    kid,
    privateKey: await imported(jwk),
    publicKey: await imported(publicPart),
    publicJwk: { ...publicPart, kid, alg: SIGNING_ALGORITHM, use: "sig" },
  };
}

async function makeJwk(): Promise<JsonObject> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  // All values of an elliptic-curve JWK are texts.
  return { ...(await exportJWK(privateKey)) } as JsonObject;
}

async function imported(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError("a signing key is stored as a symmetric key");
  return key;
}
