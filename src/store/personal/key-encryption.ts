import { createHash } from "node:crypto";
import { KEY_BYTES, seal, someRandomBytes, unseal } from "../../core/sealing.ts";

/** The key that wraps the keys of people. It lives in a file, never in the database. */
export interface KeyEncryptionKey {
  /** Tells it from others and says nothing of it. */
  readonly id: string;
  wrap(subject: string, key: Buffer): Buffer;
  /** Throws when it was wrapped under another one, or for another subject. */
  unwrap(subject: string, wrapped: Buffer): Buffer;
}

export function createKeyEncryptionKey(secret: Buffer): KeyEncryptionKey {
  if (secret.length !== KEY_BYTES) throw new Error(`a key-encryption key has ${KEY_BYTES} bytes, not ${secret.length}`);
  return {
    id: createHash("sha256").update("dingtalk-scim key-encryption key\0").update(secret).digest("hex").slice(0, 16),
    wrap: (subject, key) => seal(secret, subject, key),
    unwrap: (subject, wrapped) => unseal(secret, subject, wrapped),
  };
}

export const newKey = (): Buffer => someRandomBytes(KEY_BYTES);
