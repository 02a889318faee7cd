import { pipeline, type Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { type Row, UnreadableFile } from "../row.ts";
import { Decoding, type Encoding } from "./encoding.ts";
import { peek } from "./peek.ts";

/**
 * A person's line has a few hundred characters. A quote that is never closed would collect the whole file.
 */
const MAX_RECORD_BYTES = 100_000;
const DELIMITERS = [",", ";", "\t"] as const;

/**
 * The records of a CSV file (RFC 4180), one at a time. The first line has the names of columns. The separator
 * is comma, semicolon or tab, whichever the first line has most of. Lines without values are skipped. Rejects
 * with UnreadableFile.
 */
export async function* csvRows(bytes: Readable, encoding?: Encoding): AsyncIterable<Row> {
  const text = new Decoding(encoding);
  const failed = new AbortController();
  const note = (error: Error | null | undefined): void => {
    if (error) failed.abort(error);
  };
  pipeline(bytes, text, note);
  const { head, all } = await peek(text, (seen) => seen.includes("\n") || seen.length > MAX_RECORD_BYTES);
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(head.toString("utf8").split(/\r?\n/, 1)[0] ?? ""),
    max_record_size: MAX_RECORD_BYTES,
    raw: true,
    // Checked below, with our own texts.
    relax_column_count: true,
    trim: true,
  });
  pipeline(all, parser, note);
  let at = 1;
  try {
    let header: readonly string[] | undefined;
    for await (const { record, raw } of parser as AsyncIterable<{ record: readonly string[]; raw: string }>) {
      if (record.some((value) => value !== "")) {
        if (header && record.length !== header.length)
          throw new UnreadableFile(
            `line ${at}: ${record.length} values for ${header.length} columns; a value that holds a separator has to be quoted`,
          );
        if (header) yield { at, values: named(header, record) };
        else header = checkedHeader(record);
      }
      // The raw text of a record may or may not include its line end.
      at += raw.replace(/[\r\n]+$/, "").split("\n").length;
    }
    if (!header) throw new UnreadableFile("the file is empty: its first line has to name the columns");
  } catch (error) {
    throw readable(failed.signal.aborted ? failed.signal.reason : error, at);
  } finally {
    bytes.destroy();
  }
}

function delimiterOf(line: string): string {
  const outside = line.replace(/"(?:[^"]|"")*"/g, "");
  const count = (delimiter: string) => outside.split(delimiter).length;
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0]!;
}

function checkedHeader(names: readonly string[]): readonly string[] {
  const twice = names.find((name, at) => name !== "" && names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new UnreadableFile(`the first line names the column ${JSON.stringify(twice)} twice`);
  return names;
}

const named = (header: readonly string[], record: readonly string[]): Row["values"] =>
  Object.fromEntries(
    header.map((name, at) => [name, record[at] ?? ""] as const).filter(([name]) => name !== ""),
  );

function readable(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  return new UnreadableFile(`line ${line} or below: ${WORDS[error.code] ?? error.message}`, { cause: error });
}

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quotation mark is opened and never closed",
  CSV_MAX_RECORD_SIZE: "a record is longer than 100,000 bytes; is a quotation mark never closed?",
  CSV_INVALID_CLOSING_QUOTE:
    "text follows a closing quotation mark; inside a quoted value a quotation mark is written twice",
  INVALID_OPENING_QUOTE: "a quotation mark stands inside a value that does not begin with one",
};
