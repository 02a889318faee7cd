import type { LoggedEvent } from "../../history/event.ts";

/** Events as they leave: without values where whoever asks may not see them. */
export type Pages = AsyncIterable<readonly LoggedEvent[]>;

export type FormatName = "jsonl" | "csv" | "entra-csv" | "ocsf" | "cef";

/** A form in which the history is handed out, a piece at a time: what is kept in memory does not grow with the number of events. */
export interface Format {
  readonly contentType: string;
  /** Of a file with it. */
  readonly extension: string;
  write(pages: Pages): AsyncIterable<string | Buffer>;
}

/** One line for each event. */
export async function* lines(pages: Pages, line: (event: LoggedEvent) => string): AsyncIterable<string> {
  for await (const page of pages) yield page.map((event) => `${line(event)}\n`).join("");
}

/** As `/api/history` has it: `source` instead of `sourceId`, details that name somebody among the others. */
export function plainEvent({ sourceId, personal, detail, ...event }: LoggedEvent) {
  const details = detail || personal ? { detail: { ...detail, ...personal } } : {};
  return { ...event, ...(sourceId ? { source: sourceId } : {}), ...details };
}
