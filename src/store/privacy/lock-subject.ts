import { type Queryable, run, type Statement } from "../postgres/statement.ts";

const LOCK: Statement = {
  name: "subject-lock",
  text: "select pg_advisory_xact_lock(hashtextextended($1, 15)) as locked",
};

/** Takes a lock until the end of the transaction. Holds and erasures of one person run one after another. */
export async function lockSubject(db: Queryable, subject: string): Promise<void> {
  await run(db, LOCK, [subject]);
}
