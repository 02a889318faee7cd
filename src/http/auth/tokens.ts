import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

/*
 * The text of a token: sdt_<env>_<id>_<secret><crc>. A fixed prefix lets scanners of repositories and logs find leaked ones, the checksum finds typing
 * errors without a look-up (docs/threats.md T1). Only the id and the hash of the secret are ever stored (docs/threats.md T2).
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
const FORM = new RegExp(`^sdt_(live|test)_([a-z0-9]{1,32})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CRC_LENGTH}})$`);

export const makeTokenId = (): string => randomBytes(8).toString("hex");

export const makeTokenSecret = (): string => base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString("hex")}`), SECRET_LENGTH);

export function formatToken({ environment, id, secret }: TokenParts): string {
  const text = `sdt_${environment}_${id}_${secret}`;
  return text + checksum(text);
}

/** What a text is: a token of ours, one that was cut or mistyped (`id` where that part can still be read), or something else. */
export type TokenReading =
  | { readonly kind: "token"; readonly parts: TokenParts }
  | { readonly kind: "mistyped"; readonly id?: string }
  | { readonly kind: "other" };

export function readToken(text: string): TokenReading {
  const [, environment, id, secret, crc] = FORM.exec(text) ?? [];
  if (environment && id && secret && checksum(text.slice(0, -CRC_LENGTH)) === crc) {
    // The expression allows only these two.
    return { kind: "token", parts: { environment: environment as TokenEnvironment, id, secret } };
  }
  if (!text.startsWith("sdt_")) return { kind: "other" };
  const readable = /^sdt_(?:live|test)_([a-z0-9]{1,32})_/.exec(text)?.[1];
  return { kind: "mistyped", ...(readable === undefined ? {} : { id: readable }) };
}

/** Undefined for anything that is not of the form, or whose checksum is wrong. */
export function parseToken(text: string): TokenParts | undefined {
  const reading = readToken(text);
  return reading.kind === "token" ? reading.parts : undefined;
}

/** SHA-256 is enough: a secret of 256 random bits cannot be searched for (docs/threats.md T2). */
export const hashSecret = (secret: string): Buffer => hash("sha256", secret, "buffer");

/** In constant time, on digests, which have one length whatever was sent. */
export const isSecretOf = (secret: string, secretHash: Uint8Array): boolean => timingSafeEqual(hashSecret(secret), secretHash);

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function base62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}

const checksum = (text: string): string => base62(BigInt(crc32(text)), CRC_LENGTH);
