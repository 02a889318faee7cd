import { pipeline, type Readable, Transform } from "node:stream";
import { pick } from "stream-json/filters/pick.js";
import { parser } from "stream-json/parser.js";
import { streamArray } from "stream-json/streamers/stream-array.js";
import type { JsonValue } from "../../core/entity.ts";
import { type Row, UnreadableFile } from "../row.ts";
import { Decoding } from "./encoding.ts";
import { peek } from "./peek.ts";

/** The name of the list in Workday's reports (docs/clients.md 3). */
const REPORT_LIST = "Report_Entry";

/**
 * The elements of a JSON list, or of the list `Report_Entry` of an object, one at a time, without the whole
 * file in memory. Rejects with UnreadableFile.
 */
export async function* jsonRows(bytes: Readable): AsyncIterable<Row> {
  const text = new Decoding("utf-8");
  const failed = new AbortController();
  const note = (error: Error | null | undefined): void => {
    if (error) failed.abort(error);
  };
  pipeline(bytes, text, note);
  const { head, all } = await peek(text, (seen) => seen.toString("latin1").trim() !== "");
  const first = head.toString("latin1").trim().slice(0, 1);
  if (first !== "[" && first !== "{")
    throw new UnreadableFile(`the file is neither a JSON list nor an object with a list ${REPORT_LIST}`);
  const elements = streamArray.asStream();
  let isThere = first === "[";
  const seeing = new Transform({
    objectMode: true,
    transform(token, _encoding, done) {
      isThere = true;
      done(null, token);
    },
  });
  if (first === "[") pipeline(all, parser.asStream(), elements, note);
  else
    pipeline(
      all,
      parser.asStream(),
      pick.asStream({ filter: REPORT_LIST, once: true }),
      seeing,
      elements,
      note,
    );
  let at = 0;
  try {
    for await (const { value } of elements as AsyncIterable<{ readonly value: JsonValue }>) {
      at += 1;
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new UnreadableFile(`element ${at} of the list is no object`);
      yield { at, values: value as Row["values"] };
    }
  } catch (error) {
    const cause: unknown = failed.signal.aborted ? failed.signal.reason : error;
    if (cause instanceof UnreadableFile) throw cause;
    throw new UnreadableFile(`the file is no JSON, or ends too early, after ${at} elements of its list`, {
      cause,
    });
  } finally {
    bytes.destroy();
  }
  if (failed.signal.aborted)
    throw new UnreadableFile(`the file ends too early, after ${at} elements of its list`, {
      cause: failed.signal.reason,
    });
  if (!isThere) throw new UnreadableFile(`the object has no list ${REPORT_LIST}`);
}
