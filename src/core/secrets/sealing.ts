import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/* AES-256-GCM (NIST SP 800-38D) as it is stored: nonce of 12 bytes, ciphertext, tag of 16 bytes. */

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Read from the system in large blocks: one call per nonce cost as much as the cipher. */
const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);
let taken = 0;

/** At most a few dozen bytes. Each byte is returned once and then cleared here. */
export function someRandomBytes(count: number): Buffer {
  if (taken + count > pool.length) [pool, taken] = [randomBytes(POOL_BYTES), 0];
  const bytes = Buffer.from(pool.subarray(taken, taken + count));
  pool.fill(0, taken, taken + count);
  taken += count;
  return bytes;
}

/** `about`: the context of the text; unsealing needs the same one. */
export function seal(key: Buffer, about: string, text: Buffer): Buffer {
  const nonce = someRandomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(about));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Throws for another key, another context, or altered text. */
export function unseal(key: Buffer, about: string, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error("sealed text is too short");
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
