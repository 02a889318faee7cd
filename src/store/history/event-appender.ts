import type pg from "pg";
import type { EventAppender } from "../../history/event-appender.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const APPEND: Statement = { name: "event-append", text: appendEvent(1, "(select 1) as once") };

export const createEventAppender = (pool: pg.Pool): EventAppender => ({
  async append(event) {
    await run(pool, APPEND, [eventRow(event)]);
  },
});
