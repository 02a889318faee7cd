import type { DepartmentManager, Reference } from "../../reconcile/facts.ts";
import { inList } from "../postgres/planner.ts";
import type { Statement } from "../postgres/statement.ts";
import { meant, personWith, recordsOf } from "../references.ts";
import { WAITING_ON } from "../waiting.ts";

/*
 * Managers of departments: the people whom the directory names, their states, and the people who wait until
 * they are no longer managers. Several groups and people may describe one department. The managers of all of
 * them count.
 */

/** True: the day of hire of person `m` is still to come. */
export const isComing = `case when not m.active then exists (select from users w join scheduled_changes h on h.resource = w.id
  where w.person_id = m.id and h.state = 'scheduled' and h.patch->'active'->>'after' = 'true') end`;

/** The managers that the directory names for department `id`, as a JSON array of `ManagerJson`. */
export const namedManagers = (id: string): string => `
  (select json_agg(json_build_object('reference', r.ref, 'person', (
      select json_build_object('id', m.id, 'active', m.active, 'several', m.several, 'coming', ${isComing}, 'remoteId', l.remote_id,
        'state', (select s.state from entity_states s where s.target = $1 and s.kind = 'user' and s.entity_id = m.id),
        'belongs', exists (select 1 from group_members o join placements p on p.target = $1 and p.group_id = o.group_id
                            where o.user_id = ${inList(`select r.id from ${recordsOf("array[m.id]")} r`)} and p.department_id = ${id})
                or exists (select 1 from person_departments o where o.target = $1 and o.user_id = m.id and o.department_id = ${id}),
        'member', exists (select 1 from links own where own.target = $1 and own.kind = 'department' and own.entity_id = ${id}
                            and l.containers @> array[own.remote_id]))
        from (${meant("r.source_id", "r.ref")}) m
        left join links l on l.target = $1 and l.kind = 'user' and l.entity_id = m.id and l.status = 'owned')) order by r.ref)
    from (select g.source_id, unnest(p.managers) as ref from placements p join groups g on g.id = p.group_id
           where p.target = $1 and p.department_id = ${id} and p.managers is not null
          union
          select u.source_id, unnest(b.managers) from person_departments b join ${personWith("b.user_id")} u on true
           where b.target = $1 and b.department_id = ${id} and b.managers is not null) r)`;

/** Remote ids of the people who wait for department `id`, as a JSON array. */
export const leavingPeople = (id: string): string => `
  (select json_agg(l.remote_id) from entity_states s join links l on l.target = s.target and l.kind = s.kind and l.entity_id = s.entity_id
    where ${WAITING_ON(`array[${id}]`)} and s.kind = 'user' and s.state = 'waiting' and l.status = 'owned')`;

/**
 * Departments that have person $2 as manager at the target, except those with the remote ids $3. The person
 * stays in the latter.
 */
export const MANAGED_BY: Statement = {
  name: "facts-managed-by",
  text: `select d.entity_id as id, d.remote_id as "remoteId", s.state
    from links own join links d on d.target = own.target and d.kind = 'department' and d.remote_id = any(own.containers) and d.remote_id <> all($3::text[])
    left join entity_states s on s.target = d.target and s.kind = d.kind and s.entity_id = d.entity_id
    where own.target = $1 and own.kind = 'user' and own.entity_id = $2 and own.status = 'owned'
      and coalesce((d.attributes->'managers')::jsonb ? own.remote_id, false) order by d.entity_id`,
};

interface PersonJson {
  readonly id: string;
  readonly remoteId: string | null;
  readonly state: Reference["state"] | null;
  readonly active: boolean;
  readonly several: boolean;
  readonly coming: boolean | null;
  readonly belongs: boolean;
  readonly member: boolean;
}

interface ManagerJson {
  readonly reference: string;
  readonly person: PersonJson | null;
}

/** The results of `namedManagers` and `leavingPeople` for one department. */
export const managersOf = (managers: string | null, leaving: string | null) => ({
  managers: managers === null ? [] : (JSON.parse(managers) as ManagerJson[]).map(managerOf),
  leaving: leaving === null ? [] : (JSON.parse(leaving) as string[]),
});

function managerOf({ reference, person }: ManagerJson): DepartmentManager {
  if (!person) return { reference, person: undefined };
  const { coming, ...said } = person;
  const remoteId = person.remoteId ?? undefined;
  return {
    reference,
    person: { ...said, remoteId, state: person.state ?? undefined, ...(coming ? { coming } : {}) },
  };
}
