import type pg from "pg";
import { run, type Statement } from "../postgres/statement.ts";

const RECORDS: Statement = {
  name: "facts-records",
  text: `select u.id, u.source_id as "sourceId" from users u where u.id = $1 or u.person_id = $1 order by u.id`,
};

/** The records of one person, from all sources. */
export const recordsOf = (
  pool: pg.Pool,
  personId: string,
): Promise<readonly { readonly id: string; readonly sourceId: string }[]> =>
  run<{ id: string; sourceId: string }>(pool, RECORDS, [personId]);
