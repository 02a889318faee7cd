import { folded } from "../postgres/folded.ts";
import { lookUp, unindexed } from "../postgres/planner.ts";
import type { Statement } from "../postgres/statement.ts";
import { meant, personWith } from "../references.ts";
import { inCircle } from "../waiting.ts";
import { isComing, leavingPeople, namedManagers } from "./department-managers.ts";
import { stateOfPerson } from "./person-state.ts";

/* The statements of facts.ts. Each reads any number of entities of one kind. */

/** A reference to another entity at target $1, as JSON `{id, remoteId, state}`. */
const reference = (kind: string, id: string): string =>
  `json_build_object('id', ${id}, 'remoteId', (${ownedBy(kind, id)}), 'state', (${stateOf(kind, id)}))`;

const ownedBy = (kind: string, id: string): string =>
  `select l.remote_id from links l where l.target = $1 and l.kind = '${kind}' and l.entity_id = ${id} and l.status = 'owned'`;
const stateOf = (kind: string, id: string): string =>
  `select s.state from entity_states s where s.target = $1 and s.kind = '${kind}' and s.entity_id = ${id}`;

/**
 * True: by a list of the target, one of its objects may be this entity, and nobody has decided. A proposal
 * from a refused write does not count, because the refusal blocks the entity anyway.
 */
const undecided = (kind: string, id: string): string =>
  `exists (select from adoptions a where a.target = $1 and a.kind = '${kind}' and a.entity_id = ${id}
     and (a.listed and a.state in ('proposed', 'ambiguous') or a.released))`;

/**
 * The same for the person `u`. For a leaver a proposal from a refused write counts too: a leaver meets no
 * such refusal again, but the account may be theirs.
 */
const undecidedPerson = `exists (select from adoptions a where a.target = $1 and a.kind = 'user' and a.entity_id = w.id
     and ((a.listed or not coalesce(u.active, false)) and a.state in ('proposed', 'ambiguous') or a.released))`;

/**
 * A reference to a department. `absent`: only for a department that is not at the target, its settings and
 * those of all departments above it.
 */
const department = (
  id: string,
): string => `json_build_object('id', ${id}, 'remoteId', (${ownedBy("department", id)}),
  'state', (${stateOf("department", id)}),
  'absent', case when not exists (${ownedBy("department", id)}) then (
    with recursive up(id, parent_id, settings) as (
      select own.id, own.parent_id, own.settings from departments own where own.id = ${id}
      union all
      select above.id, above.parent_id, above.settings from up join departments above on above.id = up.parent_id)
    select json_build_object('settings', json_agg(up.settings),
      'undecided', bool_or(${undecided("department", "up.id")} and not exists (${ownedBy("department", "up.id")}))) from up) end)`;

/**
 * Columns and FROM item of the link of `id`. It is a lateral look-up, because a join could be planned as a
 * scan of all links of the target.
 */
const LINK =
  "l.status, l.remote_id, l.attributes, l.unshown, l.presence, l.invitation, l.adopted, l.fresh, l.strangers, l.grace_since, l.grace_until, l.grace_counted, l.grace_ended";
const withLink = (kind: string, id: string): string =>
  `left join ${lookUp("links l", `l.target = $1 and l.kind = '${kind}' and l.entity_id = ${id}`)} l on true`;

const manager = (sourceId: string, ref: string): string => `
  json_build_object('reference', ${ref}, 'person', (
    select json_build_object('id', m.id, 'active', m.active, 'several', m.several, 'coming', ${isComing},
      'remoteId', (${ownedBy("user", "m.id")}),
      'undecided', case when not exists (${ownedBy("user", "m.id")}) then ${undecided("user", "m.id")} end,
      'state', ${stateOfPerson("m.id")})
      from (${meant(sourceId, ref)}) m))`;

const msUntil = (at: string): string => `(extract(epoch from ${at} - now()) * 1000)::float8`;

/**
 * True: a person is known to be in this container. The target is compared in a form that no other index
 * serves, as in WAITING_ON of store/waiting.ts. Before the first analyze the statement otherwise read all
 * departments for each department (53 ms with 500 departments).
 */
const occupied = (container: string): string =>
  `case when l.remote_id is not null then exists (select 1 from links o where o.containers @> array[${container}] and ${unindexed("o.target")} = $1) else false end`;

export const PEOPLE: Statement = {
  name: "facts-people",
  text: `select w.id, u.source_id, u.document, ${LINK}, case when l.status is distinct from 'owned' then ${undecidedPerson} end as undecided,
    case when l.status is null then exists (select from person_joins j where j.record_id = w.id and j.state in ('proposed', 'ambiguous')) end as join_open,
    (select json_agg(json_build_object('id', g.id, 'displayName', g.display_name, 'externalId', g.external_id, 'placement', p.kind,
        'department', case when p.kind = 'department' then ${department("p.department_id")} end,
        'state', case when p.kind is null then (${stateOf("group", "g.id")}) end, 'noPlace', p.reason,
        'external', (select d.external from departments d where d.id = p.department_id),
        'role', case when p.kind = 'role' then ${reference("role", "g.id")} end) order by g.id)
       from group_members m cross join ${lookUp("groups g", "g.id = m.group_id")} g
       left join ${lookUp("placements p", "p.target = $1 and p.group_id = m.group_id")} p on true
      where m.user_id = any(u.record_ids)) as groups,
    (select json_agg(json_build_object('department', ${department("d.department_id")}, 'main', d.main, 'external', n.external, 'path', n.path_key))
       from person_departments d cross join ${lookUp("departments n", "n.id = d.department_id")} n
      where d.target = $1 and d.user_id = w.id) as departments,
    case when exists (select from departments e where e.target = $1 and not e.present and e.settles_at > now()) then (
      select json_agg(json_build_object('remoteId', own.remote_id, 'ms', ${msUntil("d.settles_at")}))
        from links own join departments d on d.id = own.entity_id
       where own.target = $1 and own.kind = 'department' and own.remote_id = any(l.containers) and not d.present and d.settles_at > now()) end as settling,
    (select r.attributes from removed_people r where r.target = $1 and r.entity_id = w.id and r.restoring) as restoring,
    case when u.manager_ref is not null then ${manager("u.manager_source_id", "u.manager_ref")} end as manager
    from unnest($2::uuid[]) as w(id) left join ${personWith("w.id")} u on true ${withLink("user", "w.id")}`,
};

export const GROUPS: Statement = {
  name: "facts-groups",
  text: "select w.id, g.document from unnest($1::uuid[]) as w(id) left join groups g on g.id = w.id",
};

export const DEPARTMENTS: Statement = {
  name: "facts-departments",
  text: `select w.id, d.name, d.settings, d.external, d.present, d.managed, d.ordinal, ${LINK},
    case when l.status is null then ${undecided("department", "w.id")} end as undecided,
    case when d.settles_at > now() then ${msUntil("d.settles_at")} end as settles_ms,
    case when d.ordinal > 1 then (
      select json_build_object('id', o.id, 'name', o.name) from departments o
       where o.target = $1 and o.parent_id is not distinct from d.parent_id and o.name_key = d.name_key and o.present and o.id <> d.id
       order by o.ordinal limit 1) end as namesake,
    case when d.managed then ${namedManagers("w.id")} end as managers, ${leavingPeople("w.id")} as leaving,
    case when d.parent_id is not null then ${reference("department", "d.parent_id")} end as parent,
    ${occupied("l.remote_id")} as occupied
    from unnest($2::uuid[]) as w(id) left join ${lookUp("departments d", `d.id = w.id and ${unindexed("d.target")} = $1`)} d on true
      ${withLink("department", "w.id")}`,
};

export const ROLES: Statement = {
  name: "facts-roles",
  text: `select w.id, p.name, ${LINK},
    ${occupied("'role:' || l.remote_id")} as occupied
    from unnest($2::uuid[]) as w(id) left join placements p on p.target = $1 and p.group_id = w.id and p.kind = 'role' ${withLink("role", "w.id")}`,
};

export const MANAGER: Statement = {
  name: "facts-manager",
  text: `select ${manager("$2::uuid", "$3::text")} as manager`,
};

export const NAME_MANAGER: Statement = {
  name: "facts-name-manager",
  text: `update entity_states s set manager_key = ${folded("$3::text")}
    where s.target = $1 and s.kind = 'user' and s.entity_id = $2 and s.manager_key is distinct from ${folded("$3::text")}`,
};

/**
 * For each entity ($2) with the entities it would wait for ($3): the indexes of those for which the waiting
 * would form a circle.
 */
export const CIRCLE: Statement = {
  name: "facts-circle",
  text: `select w.at::int from rows from (unnest($2::uuid[]), unnest($3::text[])) with ordinality as w(id, waits, at) where ${inCircle("w.id", "w.waits::uuid[]")}`,
};

/** Our departments that have the name $2 at the target now, below the department with remote id $3. */
export const NAME_HOLDERS: Statement = {
  name: "facts-name-holders",
  text: `select l.entity_id as id, l.remote_id as "remoteId", s.state, d.present, d.name, d.ordinal, d.settles_at > now() as settling,
      (select p.remote_id from links p where p.target = $1 and p.kind = 'department' and p.entity_id = d.parent_id and p.status = 'owned') as "parentId",
      d.parent_id is null as top
    from links l left join departments d on d.id = l.entity_id
    left join entity_states s on s.target = l.target and s.kind = l.kind and s.entity_id = l.entity_id
   where lower(l.attributes->>'name') = lower($2) and l.target = $1 and l.kind = 'department' and l.status = 'owned'
     and l.attributes->>'parent' = $3 and l.entity_id <> $4 order by l.entity_id`,
};

export const ABOVE: Statement = {
  name: "facts-groups-above",
  text: `with recursive above(id, depth) as (
    select $1::uuid, 0
    union all
    select (select min(c.group_id::text)::uuid from group_children c where c.child_id = a.id), a.depth + 1 from above a where a.id is not null and a.depth < 25)
  select g.id, g.document from above a join groups g on g.id = a.id where a.depth > 0 order by a.depth`,
};

export const GROUP_MEANT: Statement = {
  name: "facts-group-meant",
  text: `select p.id, p.document from groups g join groups p on p.source_id = g.source_id
      and (p.id::text = $2 or p.external_id = $2 or p.display_name_key = $3)
    where g.id = $1 order by p.id::text = $2 desc, p.external_id is not distinct from $2 desc, p.id limit 1`,
};

export const PARENT_IS_GONE: Statement = {
  name: "facts-parent-is-gone",
  text: `select 1 from placements p join departments d on d.id = p.department_id
    where p.target = $1 and p.group_id = $2 and d.parent_id is not null and not exists (select 1 from placements o where o.department_id = d.parent_id)`,
};
