import { type Queryable, run, type Statement } from "../postgres/statement.ts";

/**
 * Removes plain values of events of earlier versions. The database allows only this function to change events
 * (migration erasures).
 */
const FORGET: Statement = {
  name: "history-forget-values",
  text: `select history_forget_values(array(select h.id from history h where h.subject = any($1::uuid[]) and h.changes is not null))`,
};

/** Removes values of these people that are not encrypted under their (destroyed) key. */
export async function forgetValues(db: Queryable, subjects: readonly string[]): Promise<void> {
  await run(db, FORGET, [subjects]);
}
