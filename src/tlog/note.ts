import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { FormatError } from "./format-error.ts";

/*
 * Signed notes and their keys (C2SP signed-note, tlog-cosignature). A log signs with Ed25519 keys of type 1,
 * a witness with Ed25519 keys of type 4.
 */

export const LOG_KEY = 1;
export const WITNESS_KEY = 4;
type KeyType = typeof LOG_KEY | typeof WITNESS_KEY;

export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  /** 4 bytes. */
  readonly id: Buffer;
  readonly key: KeyObject;
  /** The line `name+id+key`. */
  readonly text: string;
}

export interface Signature {
  readonly name: string;
  readonly id: Buffer;
  readonly bytes: Buffer;
}

export interface Note {
  /** The signed text, with its last line break. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

const idOf = (name: string, type: KeyType, key: Buffer): Buffer =>
  createHash("sha256").update(`${name}\n`).update(Buffer.of(type)).update(key).digest().subarray(0, 4);

const isName = (name: string): boolean => name !== "" && !/[\s+]/u.test(name);

/** The verifier key of a public Ed25519 key. */
export function verifierKey(name: string, type: KeyType, key: KeyObject): VerifierKey {
  const bytes = Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
  const id = idOf(name, type, bytes);
  return {
    name,
    type,
    id,
    key,
    text: `${name}+${id.toString("hex")}+${Buffer.concat([Buffer.of(type), bytes]).toString("base64")}`,
  };
}

/** Throws FormatError. */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = "", id = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)?.slice(1) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  const type = bytes[0];
  if (
    !isName(name) ||
    bytes.toString("base64") !== encoded ||
    bytes.length !== 33 ||
    (type !== LOG_KEY && type !== WITNESS_KEY)
  )
    throw new FormatError("a verifier key must have the form name+id+key, with an Ed25519 key");
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: bytes.subarray(1).toString("base64url") },
    format: "jwk",
  });
  const made = verifierKey(name, type, key);
  if (made.id.toString("hex") !== id)
    throw new FormatError(`the id in the verifier key ${name} does not belong to its key`);
  return made;
}

const SIGNATURE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/;

/** Throws FormatError. */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n"))
    throw new FormatError("a note must have a text, an empty line and signatures");
  const lines = note.slice(end + 2, -1).split("\n");
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

export function parseSignature(line: string): Signature {
  const [, name = "", encoded = ""] = SIGNATURE.exec(line) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (name === "" || bytes.length < 5 || bytes.toString("base64") !== encoded)
    throw new FormatError("a signature line is malformed");
  return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
}

export const formatSignature = ({ name, id, bytes }: Signature): string =>
  `— ${name} ${Buffer.concat([id, bytes]).toString("base64")}\n`;

export const formatNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(formatSignature).join("")}`;

export const signText = (text: string, { name, id }: VerifierKey, secret: KeyObject): Signature => ({
  name,
  id,
  bytes: sign(null, Buffer.from(text), secret),
});

/** `time`: seconds since 1970. */
export function cosign(text: string, { name, id }: VerifierKey, secret: KeyObject, time: number): Signature {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  return {
    name,
    id,
    bytes: Buffer.concat([stamp, sign(null, Buffer.from(cosigned(text, String(time))), secret)]),
  };
}

const cosigned = (text: string, time: string): string => `cosignature/v1\ntime ${time}\n${text}`;

/**
 * True: the note has a signature of this key. Throws FormatError if a signature has the name and the id of
 * the key but is not valid.
 */
export function isSignedBy({ text, signatures }: Note, key: VerifierKey): boolean {
  const mine = signatures.filter(({ name, id }) => name === key.name && id.equals(key.id));
  for (const { bytes } of mine)
    if (!isValid(text, bytes, key)) throw new FormatError(`the signature of ${key.name} is not valid`);
  return mine.length > 0;
}

function isValid(text: string, bytes: Buffer, { type, key }: VerifierKey): boolean {
  if (type === LOG_KEY) return bytes.length === 64 && verify(null, Buffer.from(text), key, bytes);
  if (bytes.length !== 72) return false;
  const time = bytes.readBigUInt64BE(0);
  return verify(null, Buffer.from(cosigned(text, String(time))), key, bytes.subarray(8));
}
