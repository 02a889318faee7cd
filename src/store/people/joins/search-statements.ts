import { GIVEN, NEW_ROWS } from "../../directory/user-writes.ts";
import type { Statement } from "../../postgres/statement.ts";
import { appendEvent, markDue, wakeUp } from "../../write-sql.ts";
import { isAlone } from "../alone.ts";

/* Statements of the search for records of one person. */

const statement = (name: string, text: string): Statement => ({ name: `joins-${name}`, text });

/**
 * As `users-insert` of store/directory/user-writes.ts, for one record and without its event and mark: they
 * depend on the comparison.
 */
export const INSERT = statement(
  "insert",
  `with ${GIVEN},
  done as (
    ${NEW_ROWS} returning id),
  keyed as (insert into subject_keys (subject, kind, wrapped) select g.id, 'user', g.wrapped from given g)
  select id from done`,
);

/** Parameters: 1 event, 2 record, 3 priority, 4 targets. */
export const TELL_NEW = statement(
  "tell-new",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue("(select 'user'::text as kind, $2::uuid as entity_id, $3::smallint as priority, array[($1::json->>'id')::uuid] as causes) m", "$4::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
export const TELL_ONLY = statement("tell-only", appendEvent(1, "(select 1) as once"));
export const SLICE = 500;
export const ALONE = statement(
  "alone",
  `select u.id from users u where ${isAlone("u")} and u.id > $1 order by u.id limit ${SLICE}`,
);
export const VALUES_OF = statement(
  "values-of",
  "select employee_number_key, user_name_key, email_keys from users where id = $1",
);
export const PROPOSED_AS = statement(
  "proposed-as",
  `select j.record_id from person_joins j where j.state in ('proposed', 'ambiguous')
     and j.person_id = (select coalesce(u.person_id, u.id) from users u where u.id = $1) order by j.record_id limit 100`,
);
export const CLEAR = statement(
  "clear",
  `delete from person_joins j where j.state in ('proposed', 'ambiguous')
     and (not exists (select from users u where u.id = j.record_id and ${isAlone("u")}) or not exists (select from people p where p.id = j.person_id))`,
);
