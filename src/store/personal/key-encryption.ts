import { createHash, createHmac, createSecretKey } from "node:crypto";
import { KEY_BYTES, someRandomBytes, unseal } from "../../core/sealing.ts";

/** What keys of people are made with. It lives in a file, never in the database. */
export interface KeyEncryptionKey {
  /** Tells it from others and says nothing of it. */
  readonly id: string;
  /** A key of somebody new, and what has to be kept to make it again. Without the latter nobody can. */
  fresh(subject: string): { readonly key: Buffer; readonly kept: Buffer };
  /** The key that belongs to what was kept. */
  keyOf(subject: string, kept: Buffer): Buffer;
}

/*
 * A key is the HMAC-SHA-256 (as in NIST SP 800-108) of its subject and of random bytes, which are kept: a third of the cost of a random key that is wrapped, which is
 * most of what a new person costs more. With the random bytes the key is gone, whoever has the file. Keys from before are wrapped (AES-256-GCM), and told by their length.
 */
const RANDOM_BYTES = 32;
const LABEL = "dingtalk-scim key of a subject\0";

export function createKeyEncryptionKey(secret: Buffer): KeyEncryptionKey {
  if (secret.length !== KEY_BYTES) throw new Error(`a key-encryption key has ${KEY_BYTES} bytes, not ${secret.length}`);
  const key = createSecretKey(secret);
  const derived = (subject: string, random: Buffer): Buffer =>
    createHmac("sha256", key).update(`${LABEL}${subject}\0`).update(random).digest();
  return {
    id: createHash("sha256").update("dingtalk-scim key-encryption key\0").update(secret).digest("hex").slice(0, 16),
    fresh(subject) {
      const kept = someRandomBytes(RANDOM_BYTES);
      return { key: derived(subject, kept), kept };
    },
    keyOf: (subject, kept) => (kept.length === RANDOM_BYTES ? derived(subject, kept) : unseal(secret, subject, kept)),
  };
}
