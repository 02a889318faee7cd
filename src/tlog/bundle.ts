import { FormatError } from "./format-error.ts";

/* Entries as they are served: each behind its length in two bytes (C2SP tlog-tiles). */

export function entryBundle(entries: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const bytes = typeof entry === "string" ? Buffer.from(entry) : entry;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Throws FormatError. */
export function entriesIn(bundle: Buffer): readonly Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 <= bundle.length ? at + 2 + bundle.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new FormatError("a bundle of entries is cut off");
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
