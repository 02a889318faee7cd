import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";

/** A file of an archive. Its content is read in pieces when the archive reaches this file. */
export interface ArchiveFile {
  readonly name: string;
  readonly content: () => AsyncIterable<string | Buffer>;
}

export interface Written {
  readonly name: string;
  readonly sha256: string;
}

/**
 * The bytes of a zip with these files, in this order. `last` makes the last file from the hashes of the
 * others. If the reader stops, the remaining files are not read.
 */
export async function* zipped(
  files: readonly ArchiveFile[],
  at: Date,
  last?: (files: readonly Written[]) => ArchiveFile,
): AsyncIterable<Buffer> {
  const zip = new ZipFile();
  const written: Written[] = [];
  const output = Readable.from(zip.outputStream as AsyncIterable<Buffer>);
  const fill = async (): Promise<void> => {
    for (const file of files) written.push({ name: file.name, sha256: await add(zip, file, at) });
    if (last) await add(zip, last(written), at);
    zip.end();
  };
  const filled = fill().catch((error: Error) => void output.destroy(error));
  yield* output as AsyncIterable<Buffer>;
  await filled;
}

/** Adds a file to the archive. Resolves with its hash after the whole content was added. */
async function add(zip: ZipFile, { name, content }: ArchiveFile, mtime: Date): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed(): AsyncIterable<Buffer> {
    for await (const piece of content()) {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      hash.update(bytes);
      yield bytes;
    }
  }
  const stream = Readable.from(hashed());
  const done = new Promise<void>((resolve, reject) => {
    stream.once("end", resolve);
    stream.once("error", reject);
  });
  zip.addReadStream(stream, name, { mtime, mode: 0o100600 });
  await done;
  return hash.digest("hex");
}
