import { type Queryable, run, type Statement } from "../postgres/statement.ts";

/** Of events from before values were encrypted; the database lets nothing else be changed (migration erasures). */
const FORGET: Statement = {
  name: "history-forget-values",
  text: `select history_forget_values(array(select h.id from history h where h.subject = any($1::uuid[]) and h.changes is not null))`,
};

/** The values of people whose key was destroyed, where they are not under it. */
export async function forgetValues(db: Queryable, subjects: readonly string[]): Promise<void> {
  await run(db, FORGET, [subjects]);
}
