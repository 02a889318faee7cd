import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import type { SourceRecord } from "../../persons/record.ts";
import { employmentOf } from "../../schedule/employment.ts";
import type { DateRules } from "../../schedule/rules.ts";
import { hasDates } from "../../schedule/worker.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import type { Vault } from "../vault.ts";
import { type DateDeps, settleDates } from "./dates.ts";

/* Records of a person with their columns, in the form for persons/effective.ts. */

const RECORDS: Statement = {
  name: "person-records",
  text: `select r.id, r.source_id, s.name as source, r.active, r.document::text as document, r.created_at::text as created_at, r.user_name, r.user_name_key,
      r.display_name_key, r.external_id, r.employee_number_key, r.manager_ref, r.email_keys
    from users r join sources s on s.id = r.source_id where r.person_id = $1 order by r.id`,
};

/**
 * The records that their source has deactivated before. A person who comes back has left before, and does not
 * join for the first time.
 */
const SWITCHED_OFF: Statement = {
  name: "person-records-switched-off",
  text: `select distinct h.subject as id from history h
    where h.subject = any($1::uuid[]) and h.code in ('user.deactivated', 'record.updated') and 'active' = any(h.attributes)`,
};

export interface RecordRow extends pg.QueryResultRow {
  readonly id: string;
  readonly source_id: string;
  readonly source: string;
  readonly active: boolean;
  readonly document: string;
  readonly created_at: string;
  readonly user_name: string;
  readonly user_name_key: string;
  readonly display_name_key: string | null;
  readonly external_id: string | null;
  readonly employee_number_key: string | null;
  readonly manager_ref: string | null;
  readonly email_keys: readonly string[];
}

/** The records as their sources sent them. */
export const storedRecords = (db: Queryable, personId: string): Promise<readonly RecordRow[]> =>
  run<RecordRow>(db, RECORDS, [personId]);

export const recordOf = (row: RecordRow): SourceRecord => ({
  id: row.id,
  source: { id: row.source_id, name: row.source },
  active: row.active,
  createdAt: row.created_at,
  document: JSON.parse(row.document) as JsonObject,
});

/**
 * `sent`: the records as sent. `now`: the same records with the values that count by their dates, in the same
 * order.
 */
export async function countedRecords(
  db: Queryable,
  { sent, now }: { readonly sent: readonly RecordRow[]; readonly now: readonly RecordRow[] },
  rules: DateRules | undefined,
  at: Date,
): Promise<readonly SourceRecord[]> {
  const awaited = sent
    .filter(({ document }) => isAwaited(JSON.parse(document) as JsonObject, rules, at))
    .map(({ id }) => id);
  const back =
    awaited.length === 0 || sent.length < 2 ? [] : await run<{ id: string }>(db, SWITCHED_OFF, [awaited]);
  const notBegun = awaited.filter((id) => !back.some((each) => each.id === id));
  return now.map((row) => ({ ...recordOf(row), ...(notBegun.includes(row.id) ? { begun: false } : {}) }));
}

/** The records of a person as they were sent, and with the values that count at `at`. Nothing is written. */
export async function recordsOfPerson(
  db: Queryable,
  personId: string,
  { dates, vault }: { readonly dates: DateDeps; readonly vault: Vault },
  at: Date,
): Promise<{ readonly sent: readonly SourceRecord[]; readonly now: readonly SourceRecord[] }> {
  const sent = await storedRecords(db, personId);
  const { rows: now } = await settleDates(db, sent, {
    personId,
    dates,
    vault,
    origin: { at, actor: "system", causes: [] },
    writes: false,
  });
  return { sent: sent.map(recordOf), now: await countedRecords(db, { sent, now }, dates.rules, at) };
}

/**
 * True: the source says active, and the day of hire is still to come. False after a past last day, which is
 * the end of an earlier employment.
 */
function isAwaited(document: JsonObject, rules: DateRules | undefined, at: Date): boolean {
  if (!rules || document.active === false || !hasDates(document)) return false;
  const { hire, leave } = employmentOf(document, rules);
  return hire !== undefined && hire.at > at && !(leave && at >= leave.at);
}
