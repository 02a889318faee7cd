import type { EventAppender } from "../../history/event-appender.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const APPEND: Statement = { name: "event-append", text: appendEvent(1, "(select 1) as once") };

/** Appends events. If `db` is a connection in a transaction, the event belongs to this transaction. */
export const createEventAppender = (db: Queryable): EventAppender => ({
  async append(event) {
    await run(db, APPEND, [eventRow(event)]);
  },
});
