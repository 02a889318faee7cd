import type pg from "pg";
import type { Statement } from "../postgres/statement.ts";
import { personOf } from "../references.ts";
import { appendEvent, causedBy, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { IS_KNOWN } from "./known.ts";

/* Statements of an erasure. */

export const statement = (name: string, text: string): Statement => ({ name: `erase-${name}`, text });

export const FACTS = statement(
  "facts",
  `with locked as materialized (select u.id, u.active, u.email_keys || u.user_name_key || u.display_name_key as names from users u
      where u.id = $1 or u.person_id = $1 for update)
   select ${IS_KNOWN} as known,
    coalesce((select p.active from persons p where p.id = $1), (select bool_or(l.active) from locked l)) as active,
    (select array_agg(distinct r.id) from (
        select l.id from locked l union all select j.record_id from person_joins j where j.person_id = $1 and j.state = 'joined') r) as records,
    (select max(h.held_at) from legal_holds h where h.subject = $1 or h.subject in (select l.id from locked l)) as "heldAt",
    exists (select from erasures e where e.subject = $1) as erased,
    (select array_agg(distinct n.name) from locked l cross join unnest(l.names) n(name) where n.name is not null) as names`,
);

/** Locks the person before the records, in the same order as writes of records do. */
export const LOCK_PERSON = statement("lock-person", "select from persons where id = $1 for update");
/** The person of a record. If the person has several records, all of them are erased. */
export const PERSON_OF = statement("person-of", `select ${personOf("$1::uuid")} as id`);

export const RECORD = statement(
  "record",
  `with done as (insert into erasures (subject, basis, erased_by, erased_at) values ($1, $2, $3, $4) on conflict (subject) do nothing returning 1)
   ${appendEvent(5, "(select 1) as once")}`,
);

/**
 * The event and the mark of a deletion by a SCIM client. The loop then removes the person from the target.
 */
export const DELETED = statement(
  "deleted",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(`(select 'user'::text as kind, $2::uuid as entity_id, ${PRIORITY.urgent}::smallint as priority, ${causedBy(1)} as causes) m`, "$3::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

export const LIST = statement(
  "list",
  `select e.subject, e.basis, e.erased_by as by, e.erased_at as at from erasures e order by e.erased_at, e.subject`,
);

/**
 * Erased people with data that was written later: by a run that was in progress, or by one that read the
 * target before it removed the person.
 */
export const LEFT = statement(
  "left",
  `select e.subject from erasures e
    where exists (select from entity_states s where s.kind = 'user' and s.entity_id = e.subject)
       or exists (select from links l where l.kind = 'user' and l.entity_id = e.subject)
       or exists (select from removed_people r where r.entity_id = e.subject)
       or exists (select from adoptions a where a.kind = 'user' and a.entity_id = e.subject)`,
);

export interface Facts extends pg.QueryResultRow {
  readonly known: boolean;
  /** Null: the directory has no such person. */
  readonly active: boolean | null;
  /** Ids of the person's records, including those that their source has deleted. Null: there are none. */
  readonly records: readonly string[] | null;
  readonly heldAt: Date | null;
  readonly erased: boolean;
  readonly names: readonly string[] | null;
}
