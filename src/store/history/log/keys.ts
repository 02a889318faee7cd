import type { KeyObject } from "node:crypto";
import type { VerifierKey } from "../../../tlog/note.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";

/*
 * The keys that sign the log. The private key is in a file of the worker. The database has only the public
 * keys.
 */

export interface LogKey {
  readonly verifier: VerifierKey;
  readonly secret: KeyObject;
}

/** Loads the key of this process. Rejects if the file does not have the key in force. */
export type LoadLogKey = () => Promise<LogKey>;

const CURRENT: Statement = {
  name: "log-key",
  text: "select k.vkey from history_log_keys k where k.until is null",
};
const ALL: Statement = {
  name: "log-keys",
  text: "select k.vkey from history_log_keys k order by k.until is not null, k.since desc",
};
const ORIGIN: Statement = { name: "log-origin", text: "select l.origin from history_log l" };
const BEGIN: Statement = {
  name: "log-begin",
  text: `with log as (insert into history_log (origin) values ($1) on conflict do nothing returning 1)
    insert into history_log_keys (vkey) select $2 from log returning 1`,
};
const REPLACE: Statement = {
  name: "log-key-replace",
  text: "update history_log_keys k set until = now() where k.until is null",
};
const ADD: Statement = { name: "log-key-add", text: "insert into history_log_keys (vkey) values ($1)" };

/** The verifier key in force. Undefined before the log has begun. */
export const currentKey = async (db: Queryable): Promise<string | undefined> =>
  (await run<{ vkey: string }>(db, CURRENT, []))[0]?.vkey;

/** All verifier keys. The key in force is the first. */
export const allKeys = async (db: Queryable): Promise<readonly string[]> =>
  (await run<{ vkey: string }>(db, ALL, [])).map(({ vkey }) => vkey);

export const originOf = async (db: Queryable): Promise<string | undefined> =>
  (await run<{ origin: string }>(db, ORIGIN, []))[0]?.origin;

/** Begins the log with this key. False: another process has begun it already. */
export const beginLog = async (db: Queryable, key: VerifierKey): Promise<boolean> =>
  (await run(db, BEGIN, [key.name, key.text])).length > 0;

export async function replaceKey(db: Queryable, key: VerifierKey): Promise<void> {
  await run(db, REPLACE, []);
  await run(db, ADD, [key.text]);
}
