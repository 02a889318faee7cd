import { cefFormat } from "./cef.ts";
import { csvFormat } from "./csv.ts";
import { entraCsvFormat } from "./entra-csv.ts";
import { type Format, type FormatName, lines, plainEvent } from "./format.ts";
import { ocsfFormat } from "./ocsf.ts";

const jsonlFormat: Format = {
  contentType: "application/x-ndjson; charset=utf-8",
  extension: "jsonl",
  write: (pages) => lines(pages, (event) => JSON.stringify(plainEvent(event))),
};

export const FORMAT_NAMES: readonly FormatName[] = ["jsonl", "csv", "entra-csv", "ocsf", "cef"];

/** `version`: version of this program. */
export function formatOf(name: FormatName, version: string): Format {
  switch (name) {
    case "jsonl":
      return jsonlFormat;
    case "csv":
      return csvFormat;
    case "entra-csv":
      return entraCsvFormat;
    case "ocsf":
      return ocsfFormat(version);
    case "cef":
      return cefFormat(version);
  }
}
