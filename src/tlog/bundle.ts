import { FormatError } from "./format-error.ts";

/* Bundles of entries (C2SP tlog-tiles): each entry follows its length of two bytes. */

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

/** The entries of a bundle. Throws FormatError if the bundle is cut off. */
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
