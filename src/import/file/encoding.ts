import { Transform, type TransformCallback } from "node:stream";
import { TextDecoder } from "node:util";
import { UnreadableFile } from "../row.ts";

/** Encodings of files from offices. Excel in Chinese saves CSV files in GB 18030 or Big5 by default. */
export const ENCODINGS = ["utf-8", "utf-16le", "gb18030", "big5"] as const;

export type Encoding = (typeof ENCODINGS)[number];

/**
 * Converts bytes to UTF-8 without a byte order mark. Without a given encoding a byte order mark decides,
 * otherwise UTF-8. Fails with UnreadableFile at the first invalid bytes.
 */
export class Decoding extends Transform {
  #stated: Encoding | undefined;
  #decoder: TextDecoder | undefined;
  #head = Buffer.alloc(0);

  constructor(stated?: Encoding) {
    super();
    this.#stated = stated;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#decoder) this.#decode(chunk, true, done);
    else {
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length < MARK_BYTES) done();
      else this.#decode(this.#begin(), true, done);
    }
  }

  override _flush(done: TransformCallback): void {
    this.#decode(this.#decoder ? Buffer.alloc(0) : this.#begin(), false, done);
  }

  #begin(): Buffer {
    this.#stated ??= this.#head[0] === 0xff && this.#head[1] === 0xfe ? "utf-16le" : "utf-8";
    this.#decoder = new TextDecoder(this.#stated, { fatal: true });
    return this.#head;
  }

  #decode(bytes: Buffer, more: boolean, done: TransformCallback): void {
    try {
      done(null, this.#decoder!.decode(bytes, { stream: more }));
    } catch (cause) {
      const others = ENCODINGS.filter((name) => name !== this.#stated).join(", ");
      done(
        new UnreadableFile(
          `the file is not ${this.#stated}: save it as UTF-8, or name its encoding (${others})`,
          { cause },
        ),
      );
    }
  }
}

const MARK_BYTES = 3;
