import type pg from "pg";
import type { HistoryEvent } from "../../history/event.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const APPEND: Statement = { name: "event-append", text: `${appendEvent(1, "(values (1)) one")} returning 1` };

/** Appends an event that changes nothing beside itself; what changes something is appended in the transaction of the change. */
export async function append(pool: pg.Pool, event: HistoryEvent): Promise<void> {
  await run(pool, APPEND, [eventRow(event)]);
}
