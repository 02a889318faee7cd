import { folded } from "../../postgres/folded.ts";
import { ANY_KIND, APART, inList, lookUp, unindexed } from "../../postgres/planner.ts";
import type { Statement } from "../../postgres/statement.ts";
import { isActivePerson, namesOf, personOf, recordsOf, whatIsLedBy } from "../../references.ts";
import { inCircle, WAITING_ON } from "../../waiting.ts";

/*
 * What the end of a run means for other entities: for those that waited for it or refer to it, and for those
 * to check once more. Everything here only makes entities due. Their own runs decide what to do.
 */

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

/** Rows from two arrays of kinds and ids; $2 and $3 have the same length. */
export const NAMED = "(select * from unnest($2::text[], $3::uuid[]) as n(kind, id))";

/**
 * Call it before runs end that wait for other entities ($4). It locks the rows of both, and marks the others
 * as awaited. The end of the other run, in another process, is then either visible here, or it comes later
 * and sees the mark. A statement for ends without consequences decides by its snapshot, but it reads the mark
 * again when it has the lock.
 */
export const MARK_AWAITED = statement(
  "mark-as-awaited",
  `with rows as materialized (
     select n.kind, n.id, false as awaited from ${NAMED} n
     union all
     select s.kind, s.entity_id, true from unnest($4::uuid[]) n(id) cross join lateral (
       select s.kind, s.entity_id from entity_states s where s.target = $1 and s.kind = ${ANY_KIND} and s.entity_id = n.id limit 1) s),
   locked as materialized (
     select s.kind, s.entity_id, s.state, r.awaited and not s.awaited as news
       from (select kind, id, bool_or(awaited) as awaited from rows group by kind, id order by kind, id) r cross join lateral (
         select * from entity_states s where s.target = $1 and s.kind = r.kind and s.entity_id = r.id for update) s)
   insert into entity_states as e (target, kind, entity_id, state) select $1, kind, entity_id, state from locked where news
   on conflict (target, kind, entity_id) do update set awaited = true`,
);

/**
 * Makes those of the named entities due that are waiting and whose state `s` meets a condition. Rows are
 * found and changed by their key (run-leases.ts).
 */
const recheckNow = (condition: string): string =>
  `insert into entity_states as e (target, kind, entity_id, state, next_at)
   select s.target, s.kind, s.entity_id, s.state, now() from ${NAMED} n cross join
     ${lookUp("entity_states s", "s.target = $1 and s.kind = n.kind and s.entity_id = n.id")} s
    where s.state = 'waiting' and ${condition}
   on conflict (target, kind, entity_id) do update set next_at = excluded.next_at where e.state = 'waiting'`;

const requeued = (attempts: string): string =>
  `state = 'due', next_at = now(), attempts = ${attempts}, due_since = coalesce(s.due_since, now()), desired_generation = s.desired_generation + 1`;
/**
 * Columns of an entity that becomes due now. A run of the entity, if there is one, finds a newer generation
 * at its end.
 */
export const REQUEUE = requeued("0");

/** Whether the observation in a link `l` has managers. */
const HAS_MANAGERS =
  "coalesce(json_typeof(l.attributes->'managers') = 'array' and json_array_length(l.attributes->'managers') > 0, false)";

/**
 * Ids of people who have one of these people as manager, in the directory or by the mapping. `ids`: an array.
 */
export const REPORTS = (ids: string): string => `
  select coalesce(r.person_id, r.id) as id from ${recordsOf(ids)} m
    join users r on r.source_id = m.source_id and r.manager_ref is not null and ${folded("r.manager_ref")} = any(${namesOf("m")})
   where coalesce(r.person_id, r.id) <> m.person
  union all
  select r.id from ${recordsOf(ids)} m cross join lateral unnest(${namesOf("m")}) as name(key)
    cross join lateral (select s.entity_id as id from entity_states s where s.manager_key = name.key ${APART}) r
    cross join lateral (select from people u where u.id = r.id and u.source_id = m.source_id ${APART}) u
   where r.id <> m.person`;

/**
 * Whether the observation in a link `l` has another value, or none, for the attribute. Null when the
 * attribute is not known.
 */
export const isFree = (attribute: string, value: string): string =>
  `case when l.attributes->>${attribute} is not null then lower(l.attributes->>${attribute}) <> lower(${value}) else l.attributes->${attribute} is not null end`;

/** Whether any department states its managers. */
export const ANY_MANAGED = "exists (select 1 from departments d where d.target = $1 and d.managed)";

/** Requeues entities that wait for one of these, or are parked because of one. */
export const REQUEUE_DEPENDENTS = statement(
  "wake-waiting",
  `update entity_states s set ${REQUEUE}, waiting_on = null, causes = s.causes || $3::uuid[]
    where ${WAITING_ON("$2::uuid[]")}`,
);
/**
 * Requeues entities that wait for one of these, although it has not changed and may never change: they can
 * continue without it. Their attempts keep counting, because two entities that requeue each other would
 * otherwise never stop. Entities that are parked because of each other are left out.
 */
export const REQUEUE_WAITING = statement(
  "requeue-waiting",
  `update entity_states s set ${requeued("s.attempts")}, waiting_on = null, causes = s.causes || $3::uuid[]
    where ${WAITING_ON("$2::uuid[]")} and ${unindexed("s.state")} = 'waiting'`,
);
/** One entity with this cause of parking has succeeded. The others with the same cause are requeued. */
export const REQUEUE_SAME_CAUSE = statement(
  "wake-same-cause",
  `update entity_states s set ${REQUEUE}, cause = null, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.cause = any($2::text[]) and s.state = 'parked'`,
);
/** Requeues the reports of people who came or went, by their manager in the directory. */
export const REQUEUE_REPORTS = statement(
  "wake-reports",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'user' and s.entity_id = ${inList(REPORTS("$2::uuid[]"))}`,
);
/**
 * Requeues people whose manager at the target is one of these, who are gone. The directory may no longer know
 * the manager.
 */
export const REQUEUE_REPORTS_BY_REMOTE_MANAGER = statement(
  "wake-followers",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'user' and s.entity_id = ${inList(`
      select l.entity_id from links l
       where l.target = $1 and l.kind = 'user' and l.attributes->>'manager' = ${inList(
         "select m.remote_id from links m where m.target = $1 and m.kind = 'user' and m.entity_id = any($2::uuid[])",
       )}`)}`,
);
/**
 * Requeues departments that name one of these people as manager: only a member can be a manager, so the
 * department of the person matters. It costs almost nothing while no department states managers.
 */
export const REQUEUE_MANAGED_DEPARTMENTS = statement(
  "wake-led",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where ${ANY_MANAGED} and s.target = $1 and s.kind = 'department' and s.entity_id = ${inList(`
      with named as materialized (
        select m.source_id, ${namesOf("m")} as names, null::uuid as cause from ${recordsOf("$2::uuid[]")} m)
      select led.id from (${whatIsLedBy("named")}) led where led.target = $1`)}`,
);
/**
 * Requeues departments that have one of these people, who are gone, as manager at the target. The directory
 * may no longer know the person.
 */
export const REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER = statement(
  "wake-led-before",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'department' and s.entity_id = ${inList(`
      select l.entity_id from links l
       where l.target = $1 and l.kind = 'department' and (l.attributes->'managers')::jsonb ?| array(
         select m.remote_id from links m where m.target = $1 and m.kind = 'user' and m.entity_id = any($2::uuid[]) and m.remote_id is not null)`)}`,
);
/**
 * Requeues people whose department or role has come to the target. They had to do without it, or a run of
 * theirs may be about to decide so.
 */
export const REQUEUE_MEMBERS = statement(
  "wake-members",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'user' and (s.state = 'inSync' or s.lease is not null) and s.entity_id = ${inList(`
      select ${personOf("m.user_id")} from placements p join group_members m on m.group_id = p.group_id
       where p.target = $1 and (p.department_id = any($2::uuid[]) or p.kind = 'role' and p.group_id = any($2::uuid[]))
      union
      select p.user_id from person_departments p where p.target = $1 and p.department_id = any($2::uuid[])`)}`,
);
/**
 * Requeues departments and roles that wait for their removal and have just lost a member. A run that is
 * checking one of them may have counted the member still; it finds a newer generation at its end. A
 * department that only removed a manager does not wait, and has to be removed too.
 */
export const REQUEUE_CONTAINERS = statement(
  "wake-containers",
  `update entity_states s set ${REQUEUE}
     from links l
    where l.target = $1 and s.target = l.target and s.kind = l.kind and s.entity_id = l.entity_id
      and (s.state = 'waiting' or s.lease is not null
           or s.kind = 'department' and exists (select 1 from departments d where d.id = s.entity_id and not d.present))
      and (l.kind = 'department' and l.remote_id = any($2::text[]) or l.kind = 'role' and 'role:' || l.remote_id = any($2::text[]))`,
);
/**
 * Requeues entities that others wait for ($2) and that would not run otherwise. There are four cases.
 * - It is in sync and not at the target.
 * - It is a department with managers. It has to remove a manager, also while it waits for that person to
 *   leave.
 * - It is a department that waits or has a running run, and its observation is unknown.
 * - It is a person who may have to give up a value: the person is inactive, or lacks another value of one of
 *   the attributes $3. A person who lacks other attributes has nothing to give up; the two would requeue each
 *   other.
 */
export const REQUEUE_AWAITED = statement(
  "mark-awaited",
  `update entity_states s set ${REQUEUE}
    where s.target = $1 and s.kind = ${ANY_KIND} and s.entity_id = any($2::uuid[])
      and (s.state = 'inSync' and not exists (
             select 1 from links l where l.target = $1 and l.kind = s.kind and l.entity_id = s.entity_id and l.status = 'owned'
              and not (l.kind = 'department' and ${HAS_MANAGERS}))
           or s.state = 'inSync' and s.kind = 'user' and (
             exists (select from json_object_keys(s.refused) r(attribute) where r.attribute = any($3::text[]))
             or not ${isActivePerson("s.entity_id")})
           or (s.state = 'waiting' or s.lease is not null) and s.kind = 'department' and exists (
             select 1 from links l where l.target = $1 and l.kind = s.kind and l.entity_id = s.entity_id and l.status = 'owned'
              and (l.attributes is null or ${HAS_MANAGERS})))`,
);
/**
 * Checks entities whose wait closes a circle. Two that began to wait for each other at the same moment did
 * not see it.
 */
export const RECHECK_CIRCLE = statement(
  "look-in-circle",
  recheckNow(inCircle("s.entity_id", "s.waiting_on")),
);
/**
 * Checks entities that wait for one that is parked or held. It was so before the wait was recorded, and
 * nobody waits for such an entity.
 */
export const RECHECK_IF_STUCK = statement(
  "look-if-stuck",
  recheckNow(
    `exists (select 1 from entity_states o where o.target = $1 and o.kind = ${ANY_KIND} and o.entity_id = any(s.waiting_on) and o.state in ('parked', 'held'))`,
  ),
);
/** Checks entities that are waited for in a circle by one that cannot give way. */
export const RECHECK_AWAITED = statement(
  "look-awaited",
  `insert into entity_states as e (target, kind, entity_id, state, next_at)
   select s.target, s.kind, s.entity_id, s.state, now() from unnest($2::uuid[]) n(id) cross join
     ${lookUp("entity_states s", `s.target = $1 and s.kind = ${ANY_KIND} and s.entity_id = n.id`)} s
    where s.state = 'waiting'
   on conflict (target, kind, entity_id) do update set next_at = excluded.next_at where e.state = 'waiting'`,
);
/**
 * Whether a department `s` waits for a department `l` because of its name: `l` is not its parent, and `l` is
 * not in sync.
 */
const waitsForName = (s: string, l: string): string => `
  ${l}.entity_id is distinct from (select d.parent_id from departments d where d.id = ${s}.entity_id)
             and not exists (select 1 from entity_states h where h.target = $1 and h.kind = 'department' and h.entity_id = ${l}.entity_id and h.state = 'inSync')`;

/**
 * Checks entities whose condition was met while their run was still deciding to wait. Nothing else would wake
 * them.
 */
export const RECHECK_WAITING = statement(
  "look-again",
  recheckNow(`(exists (select 1 from links l where l.target = $1 and l.kind = ${ANY_KIND} and l.entity_id = any(s.waiting_on) and l.status = 'owned'
             and not (s.kind = 'department' and l.kind = 'department' and ${waitsForName("s", "l")})
             and not (s.kind = 'user' and l.kind = 'department' and ${HAS_MANAGERS} and (l.attributes->'managers')::jsonb ?
               (select own.remote_id from links own where own.target = $1 and own.kind = 'user' and own.entity_id = s.entity_id)))
           or exists (select 1 from placements p where p.target = $1 and p.group_id = any(s.waiting_on) and p.kind <> 'role'))`),
);
/** The same for a run that was refused because of another entity, if that entity is in sync by now. */
export const RECHECK_REFUSED = statement(
  "look-after-refusal",
  recheckNow(
    `exists (select 1 from entity_states o where o.target = $1 and o.kind = ${ANY_KIND} and o.entity_id = any(s.waiting_on) and o.state = 'inSync')`,
  ),
);
/**
 * Requeues entities that did without managers ($4: a list for each entity) who have come meanwhile. The run
 * read that they were not there, and the end of their run did not see the entity. MARK_AWAITED orders the two
 * ends.
 */
export const REQUEUE_IF_THERE = statement(
  "requeue-if-there",
  `insert into entity_states as s (target, kind, entity_id, state)
   select o.target, o.kind, o.entity_id, o.state from unnest($2::text[], $3::uuid[], $4::text[]) as n(kind, id, missing) cross join
     ${lookUp("entity_states o", "o.target = $1 and o.kind = n.kind and o.entity_id = n.id")} o
    where exists (
      select from links l where l.target = $1 and l.kind = 'user' and l.entity_id = any(n.missing::uuid[]) and l.status = 'owned'
         and (n.kind = 'user' or exists (
           select from links own where own.target = $1 and own.kind = n.kind and own.entity_id = n.id and l.containers @> array[own.remote_id])))
   on conflict (target, kind, entity_id) do update set ${REQUEUE}`,
);
/**
 * Requeues two kinds of entities with a refused value. In the first, the holder gave the value up while the
 * refusal was on its way, so its end could not wake this entity. Values that an inactive person gave up for
 * an active one are left out. In the second, the holder was a stranger and is now linked: the entity waits
 * for it.
 */
export const REQUEUE_IF_FREE = statement(
  "requeue-if-free",
  `insert into entity_states as s (target, kind, entity_id, state)
   select o.target, o.kind, o.entity_id, o.state from ${NAMED} n cross join lateral (
     select * from entity_states s where s.target = $1 and s.kind = n.kind and s.entity_id = n.id limit 1) o
    where exists (
      select from json_each(o.refused) r(attribute, refusal)
        left join links l on l.target = $1 and l.kind = o.kind and l.entity_id = (r.refusal->>'holder')::uuid
       where o.waiting_on is not null and r.refusal->>'holder' is not null
         and (r.refusal->'letGo' is null or ${isActivePerson("o.entity_id")})
         and (l.entity_id is null or ${isFree("r.attribute", "r.refusal->>'value'")}))
    or exists (
      select from json_each(o.refused) r(attribute, refusal)
        join links l on l.target = $1 and l.kind = o.kind and l.remote_id = r.refusal->>'stranger'
       where l.entity_id <> o.entity_id)
   on conflict (target, kind, entity_id) do update set ${requeued("s.attempts")}, waiting_on = null`,
);
