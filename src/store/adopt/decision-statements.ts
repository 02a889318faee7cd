import type pg from "pg";
import type { AdoptableKind, AdoptionState } from "../../reconcile/adopt/ports.ts";
import type { Statement } from "../postgres/statement.ts";
import { isActivePerson, NAMES_OF_PERSON } from "../references.ts";
import { appendEvent, FORGOTTEN, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/* Statements about adoptions. */

const statement = (name: string, text: string): Statement => ({ name: `adopt-${name}`, text });

/**
 * Decisions run one after another. Otherwise two decisions about one object at the target would not see each
 * other.
 */
export const LOCK = statement(
  "lock",
  "select pg_advisory_xact_lock(hashtextextended('adoptions:' || $1::text, 0))",
);
export const ONE = statement("one", "select * from adoptions where target = $1 and id = $2 for update");
export const AT_TIER = statement(
  "at-tier",
  "select id from adoptions where target = $1 and tier = $2 and state = 'proposed' order by id",
);
export const PROPOSED = statement(
  "proposed",
  "select count(*)::int as n from adoptions where target = $1 and state = 'proposed'",
);
/** Locks the state before the link, in the same order as runs do. */
export const STATE = statement(
  "state",
  "select intent is not null as busy from entity_states where target = $1 and kind = $2 and entity_id = $3 for update",
);
/**
 * True: the entity is still desired. The next run would remove a linked entity that is not desired. An
 * outdated proposal must not lead to this.
 */
export const WANTED: Readonly<Record<AdoptableKind, Statement>> = {
  user: statement(
    "wanted-person",
    `select 1 from users u where (u.id = $1 or u.person_id = $1) and ${isActivePerson("$1::uuid")} for share`,
  ),
  department: statement(
    "wanted-department",
    "select 1 from departments d where d.id = $1 and d.present for share",
  ),
};
/**
 * Takes the lease from a run that has observed the entity and not written yet, because its plan is outdated.
 * Without a lease it sends nothing. Values that the target refused before are sent again.
 */
export const TAKE_LEASE = statement(
  "take-lease",
  `update entity_states s set lease = null, leased_until = null, worker = null, refused = null, cause = null
    where s.target = $1 and s.kind = $2 and s.entity_id = $3`,
);
/**
 * Makes the link. An intended link may be there from a create that was refused or never answered. If that
 * create did make a second object, the comparison finds the object by our id. `strangers` is true for a
 * department, because its members are unknown: the department is not changed before a list has shown them.
 */
export const LINK = statement(
  "link",
  `insert into links as l (target, kind, entity_id, remote_id, status, adopted, fresh, strangers)
   select $1, $2, $3::uuid, $4, 'owned', true, true, $2 = 'department'
    where not exists (select from links o where o.target = $1 and o.kind = $2 and o.remote_id = $4 and o.entity_id <> $3::uuid)
   on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', adopted = true, fresh = true,
     strangers = excluded.strangers, ${FORGOTTEN}, presence = null, containers = '{}', invitation = null
    where l.status = 'intended' returning 1`,
);
export const UNLINK = statement(
  "unlink",
  `delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = $3 and l.status = 'owned'
   returning l.remote_id, l.attributes->>'name' as name, l.attributes->>'title' as title`,
);
export const DECIDE = statement(
  "decide",
  "update adoptions set state = $3, released = false, decided_at = $4, decided_by = $5 where target = $1 and id = $2 returning *",
);
/** Withdraws the other proposals for the entity and for the object. */
export const WITHDRAW_RIVALS = statement(
  "withdraw-rivals",
  `delete from adoptions a where a.target = $1 and a.kind = $2 and a.id <> $3 and a.state in ('proposed', 'ambiguous')
     and (a.entity_id = $4 or a.remote_id = $5) returning a.entity_id`,
);
export const RELEASE = statement(
  "release",
  `insert into adoptions as a (id, target, kind, entity_id, remote_id, tier, matched, state, released, listed, entity_name, remote_name, remote_title, decided_at, decided_by)
   select $6::uuid, $1, $2, $3::uuid, $4, 1, '{}', 'rejected', true, false,
     case $2 when 'user' then (select coalesce(${NAMES_OF_PERSON}) from people u where u.id = $3::uuid)
             else (select d.name from departments d where d.id = $3::uuid) end, $7, $8, $9, $5
   on conflict (target, kind, entity_id, remote_id) do update set state = 'rejected', released = true, decided_at = excluded.decided_at, decided_by = excluded.decided_by
   returning *`,
);
/** Parameters: 1 event, 2 kind, 3 ids, 4 targets. */
export const FOLLOW = statement(
  "follow",
  `with event as (${appendEvent(1, "(select 1) as once")}),
  marked as (${markDue(
    `(select $2::text as kind, n.id as entity_id, ${PRIORITY.urgent}::smallint as priority, array[($1::json->>'id')::uuid] as causes from unnest($3::uuid[]) n(id)) m`,
    "$4::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

export interface Row extends pg.QueryResultRow {
  id: string;
  kind: AdoptableKind;
  entity_id: string;
  remote_id: string;
  tier: number;
  matched: string[];
  state: AdoptionState;
  released: boolean;
  entity_name: string | null;
  remote_name: string | null;
  remote_title: string | null;
  remote_departments: string[];
  decided_at: Date | null;
  decided_by: string | null;
}
