import type { Clock } from "../core/clock.ts";
import type { JsonObject } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import type { FilterNode } from "../filter/ast.ts";
import type { EventCode, HistoryEvent, LoggedEvent } from "../history/event.ts";
import type { EventAppender } from "../history/event-appender.ts";
import type { EventLog } from "../history/event-log.ts";
import { walk } from "../history/walk.ts";
import type { Format } from "./formats/format.ts";

/** Who takes the history away, as its own events name them. */
export type Taker = Pick<HistoryEvent, "actor" | "requestId" | "sourceId"> & { readonly detail?: JsonObject };

export interface ExportDeps {
  readonly log: EventLog;
  readonly events: EventAppender;
  readonly clock: Pick<Clock, "now">;
  /** Of a page, before it goes out: without the values that the taker may not see; whose it has is noted. */
  readonly shown: (page: readonly LoggedEvent[]) => Promise<readonly LoggedEvent[]>;
}

export interface ExportOrder {
  readonly format: Format;
  /** For the event. */
  readonly name: string;
  readonly filter?: { readonly text: string; readonly node: FilterNode };
  readonly by: Taker;
}

/**
 * Everything up to now that the filter is true for, oldest first. An event `history.exported` comes before the first byte, so no export goes unrecorded;
 * a second one, which names it as its cause, tells how many events left, and whether that was all.
 */
export async function* exportHistory({ log, events, clock, shown }: ExportDeps, order: ExportOrder): AsyncIterable<string | Buffer> {
  const { format, name, filter, by } = order;
  const begun = noted("history.exported", clock.now(), by, { format: name, ...(filter ? { filter: filter.text } : {}) });
  await events.append(begun);
  let count = 0;
  let complete = false;
  async function* pages() {
    const to = new Date(begun.at.getTime() + 1);
    for await (const page of walk(log, { period: { to }, ...(filter ? { filter: filter.node } : {}) })) {
      const told = page.filter(({ id }) => id !== begun.id);
      yield await shown(told);
      count += told.length;
    }
  }
  try {
    yield* format.write(pages());
    complete = true;
  } finally {
    await events.append(noted("history.exported", clock.now(), by, { format: name, count, complete }, [begun.id]));
  }
}

export const noted = (code: EventCode, at: Date, by: Taker, detail: JsonObject, causes: readonly string[] = []): HistoryEvent => ({
  id: uuidv7(at.getTime()),
  at,
  code,
  actor: by.actor,
  ...(by.requestId ? { requestId: by.requestId } : {}),
  ...(by.sourceId ? { sourceId: by.sourceId } : {}),
  causes,
  detail: { ...by.detail, ...detail },
});
