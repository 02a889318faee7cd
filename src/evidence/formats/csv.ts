import type { LoggedEvent } from "../../history/event.ts";
import { type Format, type Pages, plainEvent } from "./format.ts";

/*
 * Comma-separated values (RFC 4180), in UTF-8 with a byte order mark. Spreadsheets recognise the encoding by
 * this mark.
 */

export type Cell = string | number | boolean | Date | undefined | null;

const BOM = "\ufeff";

/**
 * A spreadsheet reads a cell that begins with one of these characters as a formula. A formula can send other
 * cells to anybody. An apostrophe before the text prevents this (OWASP, "CSV Injection"). Every cell is
 * quoted, so that a new cell cannot begin inside a text.
 */
const FORMULA = /^[=+\-@\t\r]/;

export function csvCell(value: Cell): string {
  if (value === undefined || value === null) return '""';
  const text = value instanceof Date ? value.toISOString() : String(value);
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

/** The first line of a file, with the byte order mark. */
export const csvHead = (names: readonly string[]): string => BOM + csvLine(names);

const COLUMNS: readonly (readonly [string, (event: LoggedEvent) => Cell])[] = [
  ["id", ({ id }) => id],
  ["at", ({ at }) => at],
  ["code", ({ code }) => code],
  ["actor", ({ actor }) => actor],
  ["source", ({ sourceId }) => sourceId],
  ["requestId", ({ requestId }) => requestId],
  ["subjectKind", ({ subject }) => subject?.kind],
  ["subject", ({ subject }) => subject?.id],
  ["target", ({ target }) => target],
  ["attempt", ({ attempt }) => attempt],
  ["outcome", ({ outcome }) => outcome],
  ["causes", ({ causes }) => causes.join(" ")],
  ["changes", ({ changes }) => changes && JSON.stringify(changes)],
  ["detail", (event) => jsonOf(plainEvent(event).detail)],
];

const jsonOf = (value: object | undefined): string | undefined => value && JSON.stringify(value);

export const csvFormat: Format = {
  contentType: "text/csv; charset=utf-8; header=present",
  extension: "csv",
  async *write(pages: Pages) {
    yield csvHead(COLUMNS.map(([name]) => name));
    for await (const page of pages)
      yield page.map((event) => csvLine(COLUMNS.map(([, cell]) => cell(event)))).join("");
  },
};
