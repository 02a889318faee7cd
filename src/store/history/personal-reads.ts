import type pg from "pg";
import type { PersonalReadLog } from "../../history/personal-reads.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

const APPEND: Statement = {
  name: "personal-read",
  text: `with read as (insert into personal_reads (subject, event) select s.id, $2 from unnest($1::uuid[]) as s(id))
    ${appendEvent(3, "(select 1) as once")}`,
};

export const createPersonalReadLog = (pool: pg.Pool): PersonalReadLog => ({
  async append(event, subjects) {
    await run(pool, APPEND, [subjects, event.id, eventRow(event)]);
  },
});
