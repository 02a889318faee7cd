import type { Statement } from "../../postgres/statement.ts";
import { markDue, PRIORITY, wakeUp } from "../../write-sql.ts";

/* New rules: entities that they may concern become due, in slices, so that no statement runs for long. */

const SLICE = 5_000;

/**
 * A slice of the directory in the order of ids. It includes entities that were never marked for this target.
 */
const markDirectory = (table: "users" | "groups", kind: "user" | "group", priority: number): Statement => ({
  name: `renewal-${table}`,
  text: `with slice as (select r.id from ${table} r where r.id > $2 order by r.id limit ${SLICE}),
  marked as (${markDue(`(select '${kind}'::text as kind, slice.id as entity_id, ${priority}::smallint as priority, $3::uuid[] as causes from slice) m`, "$1::text[]")}),
  woken as (${wakeUp("marked")})
  select max(slice.id::text) as last, (select count(*) from marked) as n, (select count(*) from woken) as woken from slice`,
});

export const MARK_GROUPS = markDirectory("groups", "group", PRIORITY.structure);
export const MARK_PEOPLE = markDirectory("users", "user", PRIORITY.person);

/**
 * Departments and roles that have a state, in slices of all states. They include those that have to be
 * removed.
 */
export const MARK_STATES: Statement = {
  name: "renewal-states",
  text: `with slice as (
    select s.kind, s.entity_id, s.priority from entity_states s
     where s.target = $4 and (s.kind, s.entity_id) > ($5, $2::uuid) order by s.kind, s.entity_id limit ${SLICE}),
  marked as (${markDue(
    "(select slice.kind, slice.entity_id, slice.priority, $3::uuid[] as causes from slice where slice.kind in ('department', 'role')) m",
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select max((slice.kind || ':' || slice.entity_id::text) collate "C") as last, (select count(*) from marked) as n, (select count(*) from woken) as woken from slice`,
};

export const MARK_HELD: Statement = {
  name: "renewal-held",
  text: `with done as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0,
      desired_generation = s.desired_generation + 1, due_since = coalesce(s.due_since, now()), causes = s.causes || $2::uuid[]
     where s.target = $1 and s.state = 'held' returning 1),
  woken as (${wakeUp("done")})
  select count(*) as n, (select count(*) from woken) as woken from done`,
};

/** Leavers who are still at the target: a changed policy may treat them in another way. */
export const MARK_LEAVERS: Statement = {
  name: "renewal-leavers",
  text: `with marked as (${markDue(
    `(select 'user'::text as kind, l.id as entity_id, ${PRIORITY.urgent}::smallint as priority, $3::uuid[] as causes from (
        select u.id from people u join links own on own.target = $2 and own.kind = 'user' and own.entity_id = u.id where not u.active
        union select g.entity_id from links g where g.target = $2 and g.kind = 'user' and g.grace_until is not null) l) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select count(*) as n, (select count(*) from woken) as woken from marked`,
};
