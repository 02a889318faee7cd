import type { Clock } from "../core/clock.ts";
import type { JsonObject } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import type { FilterNode } from "../filter/ast.ts";
import type { EventCode, HistoryEvent, LoggedEvent } from "../history/event.ts";
import type { EventAppender } from "../history/event-appender.ts";
import type { EventLog } from "../history/event-log.ts";
import { walk } from "../history/walk.ts";
import type { Format } from "./formats/format.ts";

/**
 * The caller who exports events, in the form that the events about the export have. `detail` is added to
 * their details.
 */
export type Taker = Pick<HistoryEvent, "actor" | "requestId" | "sourceId"> & { readonly detail?: JsonObject };

export interface ExportDeps {
  readonly log: EventLog;
  readonly events: EventAppender;
  readonly clock: Pick<Clock, "now">;
  /** Removes from a page the values that the caller may not see, and records whose values are left. */
  readonly shown: (page: readonly LoggedEvent[]) => Promise<readonly LoggedEvent[]>;
}

export interface ExportOrder {
  readonly format: Format;
  /** Name of the format, for the event. */
  readonly name: string;
  readonly filter?: { readonly text: string; readonly node: FilterNode };
  readonly by: Taker;
}

/**
 * All events up to now that match the filter, oldest first. An event `history.exported` is appended before
 * the first byte, so every export is recorded. A second one is appended at the end, with the first as its
 * cause. It has the number of exported events, and whether the export is complete.
 */
export async function* exportHistory(
  { log, events, clock, shown }: ExportDeps,
  order: ExportOrder,
): AsyncIterable<string | Buffer> {
  const { format, name, filter, by } = order;
  const begun = noted("history.exported", clock.now(), by, {
    format: name,
    ...(filter ? { filter: filter.text } : {}),
  });
  await events.append(begun);
  let count = 0;
  let complete = false;
  async function* pages() {
    const to = new Date(begun.at.getTime() + 1);
    for await (const page of walk(log, { period: { to }, ...(filter ? { filter: filter.node } : {}) })) {
      const others = page.filter(({ id }) => id !== begun.id);
      yield await shown(others);
      count += others.length;
    }
  }
  try {
    yield* format.write(pages());
    complete = true;
  } finally {
    await events.append(
      noted("history.exported", clock.now(), by, { format: name, count, complete }, [begun.id]),
    );
  }
}

/** An event about an act of this caller. */
export const noted = (
  code: EventCode,
  at: Date,
  by: Taker,
  detail: JsonObject,
  causes: readonly string[] = [],
): HistoryEvent => ({
  id: uuidv7(at.getTime()),
  at,
  code,
  actor: by.actor,
  ...(by.requestId ? { requestId: by.requestId } : {}),
  ...(by.sourceId ? { sourceId: by.sourceId } : {}),
  causes,
  detail: { ...by.detail, ...detail },
});
