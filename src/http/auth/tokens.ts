import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

/*
 * The text of a token: sdt_<env>_<id>_<secret><crc>. With the fixed prefix, scanners of repositories and logs
 * find leaked tokens. The checksum finds typing errors without a look-up (docs/threats.md T1). Only the id
 * and the hash of the secret are stored (docs/threats.md T2).
 */

export type TokenEnvironment = "live" | "test";

export interface TokenParts {
  readonly environment: TokenEnvironment;
  readonly id: string;
  /** 256 random bits in base 62. */
  readonly secret: string;
}

const SECRET_BYTES = 32;
const SECRET_LENGTH = 43; // 62^43 > 2^256
const CRC_LENGTH = 6; // 62^6 > 2^32
const FORM = new RegExp(
  `^sdt_(live|test)_([a-z0-9]{1,32})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CRC_LENGTH}})$`,
);

export const makeTokenId = (): string => randomBytes(8).toString("hex");

export const makeTokenSecret = (): string =>
  base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString("hex")}`), SECRET_LENGTH);

export function formatToken({ environment, id, secret }: TokenParts): string {
  const text = `sdt_${environment}_${id}_${secret}`;
  return text + checksum(text);
}

/** The kind of a text: a token of ours, a damaged token (with `id` if it is readable), or another text. */
export type TokenReading =
  | { readonly kind: "token"; readonly parts: TokenParts }
  | { readonly kind: "mistyped"; readonly id?: string }
  | { readonly kind: "other" };

export function readToken(text: string): TokenReading {
  const [, environment, id, secret, crc] = FORM.exec(text) ?? [];
  if (environment && id && secret && checksum(text.slice(0, -CRC_LENGTH)) === crc) {
    // The expression allows only these two values.
    return { kind: "token", parts: { environment: environment as TokenEnvironment, id, secret } };
  }
  if (!text.startsWith("sdt_")) return { kind: "other" };
  const readable = /^sdt_(?:live|test)_([a-z0-9]{1,32})_/.exec(text)?.[1];
  return { kind: "mistyped", ...(readable === undefined ? {} : { id: readable }) };
}

/** SHA-256 is enough, because a secret of 256 random bits cannot be guessed (docs/threats.md T2). */
export const hashSecret = (secret: string): Buffer => hash("sha256", secret, "buffer");

/** Compares digests of equal length in constant time. */
export const isSecretOf = (secret: string, secretHash: Uint8Array): boolean =>
  timingSafeEqual(hashSecret(secret), secretHash);

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function base62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}

const checksum = (text: string): string => base62(BigInt(crc32(text)), CRC_LENGTH);
