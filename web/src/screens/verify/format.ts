/*
 * The formats of the log that a verifier in a browser needs (C2SP signed-note, tlog-checkpoint, tlog-tiles).
 */

export const TILE = 256;

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** The signed text, with its last line break. */
  readonly signed: string;
  readonly signatures: readonly { readonly name: string; readonly id: string; readonly bytes: Uint8Array }[];
}

export interface LogKey {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A text or a file does not have the required format. */
export class BadForm extends Error {}

export function bytesOf(base64: string): Uint8Array {
  let text: string;
  try {
    text = atob(base64);
  } catch {
    throw new BadForm("base64");
  }
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");

export const base64Of = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

export function parseCheckpoint(text: string): Checkpoint {
  const end = text.indexOf("\n\n");
  const signed = text.slice(0, end + 1);
  const [origin = "", size = "", root = ""] = signed.split("\n");
  const lines = text
    .slice(end + 2)
    .split("\n")
    .filter((line) => line !== "");
  if (end < 0 || origin === "" || !/^(0|[1-9]\d{0,14})$/.test(size) || lines.length === 0)
    throw new BadForm("checkpoint");
  const signatures = lines.map((line) => {
    const [, name = "", encoded = ""] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = bytesOf(encoded);
    if (name === "" || bytes.length < 5) throw new BadForm("checkpoint");
    return { name, id: hexOf(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
  });
  return { origin, size: Number(size), root: bytesOf(root), signed, signatures };
}

/** Reads checkpoints that follow one another, as in a file of anchors. Throws BadForm. */
export function parseCheckpoints(text: string): readonly Checkpoint[] {
  const parts = `${text.trim()}\n`.split(/(?<=^— .*\n)(?!— )\n*/m).filter((part) => part.trim() !== "");
  return parts.map(parseCheckpoint);
}

/** Reads lines `name+id+key`. Keys of witnesses are left out. Throws BadForm. */
export function parseKeys(text: string): readonly LogKey[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [, name = "", id = "", encoded = ""] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line) ?? [];
      const bytes = bytesOf(encoded);
      if (name === "" || bytes.length !== 33) throw new BadForm("key");
      return bytes[0] === 1 ? [{ name, id, bytes: bytes.subarray(1) }] : [];
    });
}

/** Reads a bundle of entries. Each entry follows its length of two bytes. Throws BadForm. */
export function entriesIn(bundle: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + ((bundle[at] ?? 0) << 8) + (bundle[at + 1] ?? 0);
    if (at + 2 > bundle.length || end > bundle.length) throw new BadForm("entries");
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** The path of a tile, as `x001/x234/067`. A partial tile also has its width: `067.p/8`. */
export function tilePath(index: number, width: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  const parts = digits.match(/\d{3}/g) ?? [];
  return `${parts.map((part, at) => (at < parts.length - 1 ? `x${part}` : part)).join("/")}${width === TILE ? "" : `.p/${width}`}`;
}
