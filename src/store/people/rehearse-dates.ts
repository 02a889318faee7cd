import type pg from "pg";
import type { JsonObject } from "../../core/entity.ts";
import { uuidv7 } from "../../core/id.ts";
import { isDated } from "../../schedule/dated.ts";
import { scheduleOf } from "../../schedule/schedule.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { recordsWithDates } from "./due.ts";
import { type SettleDeps, settlePerson } from "./settle.ts";
import { inPersonTransaction } from "./transaction.ts";

/*
 * Computes all people with other rules for dates, in a copy of `persons`. Records are not changed: a record
 * alone gets a row in the copy.
 */

const STAND_IN: Statement = {
  name: "rehearse-dates-stand-in",
  text: `insert into persons (id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref,
       manager_source_id, email_keys, document, record_ids, rules, created_at, modified_at)
    select id, source_id, $2, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref,
       source_id, email_keys, $3::json, array[id], $4, created_at, modified_at from users where id = $1`,
};

export async function rehearseDates(pool: pg.Pool, deps: SettleDeps, now: Date): Promise<void> {
  const { rules } = deps.dates;
  const settled = new Set<string>();
  const newId = (): string => uuidv7(now.getTime());
  for await (const { id, person_id: personId, document } of recordsWithDates(pool)) {
    if (personId !== null) {
      if (settled.has(personId)) continue;
      settled.add(personId);
      await inPersonTransaction(pool, (db) =>
        settlePerson(db, personId, deps, { at: now, actor: "system", causes: [] }),
      );
      continue;
    }
    const record = JSON.parse(document) as JsonObject;
    if (!isDated(record, rules, now)) continue;
    const { effective } = scheduleOf({ before: record, after: record, pending: [] }, { rules, now, newId });
    if (effective !== record)
      await run(pool, STAND_IN, [
        id,
        effective["active"] !== false,
        JSON.stringify(effective),
        deps.rules.version,
      ]);
  }
}
