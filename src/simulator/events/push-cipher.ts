import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

/**
 * Block size of the padding in bytes: PKCS#7 to 32 bytes, although a block of AES has 16
 * (docs/dingtalk.md 10.3).
 */
const BLOCK = 32;

export interface PushKeys {
  readonly token: string;
  /** 43 characters: base64 of 32 bytes without its `=`. */
  readonly aesKey: string;
  /** The client id. The corp id if the subscription was made through the API. */
  readonly ownerKey: string;
}

/**
 * Encrypts a message to Base64. The plain text is `random` (16 bytes), the length of the message, the message
 * and the owner's key.
 */
export function encryptPush(keys: PushKeys, message: string, random: Buffer): string {
  const text = Buffer.from(message, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(keys.ownerKey, "utf8")]);
  const pad = BLOCK - (plain.length % BLOCK);
  const key = Buffer.from(`${keys.aesKey}=`, "base64");
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])),
    cipher.final(),
  ]).toString("base64");
}

/**
 * The message in an encrypted text. Undefined if it belongs to another owner or was encrypted with another
 * key.
 */
export function decryptPush(keys: PushKeys, encrypted: string): string | undefined {
  const key = Buffer.from(`${keys.aesKey}=`, "base64");
  const bytes = Buffer.from(encrypted, "base64");
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined;
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const pad = padded.at(-1) ?? 0;
  const plain = padded.subarray(0, padded.length - pad);
  if (pad < 1 || pad > BLOCK || plain.length < 20) return undefined;
  const end = 20 + plain.readUInt32BE(16);
  return plain.subarray(end).toString("utf8") === keys.ownerKey
    ? plain.subarray(20, end).toString("utf8")
    : undefined;
}

/** Hex SHA-1 of token, timestamp, nonce and cipher text, sorted and joined. */
export const signPush = (token: string, timestamp: string, nonce: string, encrypted: string): string =>
  createHash("sha1").update([token, timestamp, nonce, encrypted].sort().join("")).digest("hex");
