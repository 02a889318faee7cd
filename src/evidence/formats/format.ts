import type { LoggedEvent } from "../../history/event.ts";

/** Pages of exported events. Values that the caller may not see are removed already. */
export type Pages = AsyncIterable<readonly LoggedEvent[]>;

export type FormatName = "jsonl" | "csv" | "entra-csv" | "ocsf" | "cef";

/** A format of an export. It is written in pieces, so memory does not grow with the number of events. */
export interface Format {
  readonly contentType: string;
  /** Extension of a file in this format, without the dot. */
  readonly extension: string;
  write(pages: Pages): AsyncIterable<string | Buffer>;
}

/** One line for each event. */
export async function* lines(pages: Pages, line: (event: LoggedEvent) => string): AsyncIterable<string> {
  for await (const page of pages) yield page.map((event) => `${line(event)}\n`).join("");
}

/**
 * The form of `/api/history`: `source` instead of `sourceId`, and the details in `personal` merged into
 * `detail`.
 */
export function plainEvent({ sourceId, personal, detail, ...event }: LoggedEvent) {
  const details = detail || personal ? { detail: { ...detail, ...personal } } : {};
  return { ...event, ...(sourceId ? { source: sourceId } : {}), ...details };
}
