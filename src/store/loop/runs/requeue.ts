import { folded } from "../../postgres/folded.ts";
import { ANY_KIND, inList, lookUp, unindexed } from "../../postgres/planner.ts";
import type { Statement } from "../../postgres/statement.ts";
import { isActivePerson, namesOf, personOf, recordsOf, whatIsLedBy } from "../../references.ts";
import { inCircle, WAITING_ON } from "../../waiting.ts";

/*
 * What the end of one run means for others: who waited for it, who referred to it, who has to be looked at once more. Everything here only makes
 * entities due; what to do about them is concluded afresh.
 */

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

/** Rows named as kinds and ids, position by position. */
export const NAMED = "(select * from unnest($2::text[], $3::uuid[]) as n(kind, id))";

/**
 * Before runs end that wait for others ($4): locks both, and marks the others as awaited. The end of another's run in another process then either is to be
 * seen from here, or comes after this one and sees who waits: one statement that takes a row for quiet goes by what was there when it began, but
 * reads the mark anew once it has the lock.
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

/** Makes those named due that wait and of whose state `s` a condition holds. They are found and changed by their key: see run-leases.ts. */
const recheckNow = (condition: string): string =>
  `insert into entity_states as e (target, kind, entity_id, state, next_at)
   select s.target, s.kind, s.entity_id, s.state, now() from ${NAMED} n cross join
     ${lookUp("entity_states s", "s.target = $1 and s.kind = n.kind and s.entity_id = n.id")} s
    where s.state = 'waiting' and ${condition}
   on conflict (target, kind, entity_id) do update set next_at = excluded.next_at where e.state = 'waiting'`;

const requeued = (attempts: string): string =>
  `state = 'due', next_at = now(), attempts = ${attempts}, due_since = coalesce(s.due_since, now()), desired_generation = s.desired_generation + 1`;
/** Due now; a run under way will find that the generation moved on. */
export const REQUEUE = requeued("0");

/** Of a link `l`: somebody is known to be manager there. */
const HAS_MANAGERS = "coalesce(json_typeof(l.attributes->'managers') = 'array' and json_array_length(l.attributes->'managers') > 0, false)";

/** Who reports, by the directory, to the people with the ids in an array. */
export const REPORTS = (ids: string): string => `
  select coalesce(r.person_id, r.id) as id from ${recordsOf(ids)} m
    join users r on r.source_id = m.source_id and r.manager_ref is not null and ${folded("r.manager_ref")} = any(${namesOf("m")})
   where coalesce(r.person_id, r.id) <> m.person`;

/** Whether a link `l` is known to have something else than a value, or nothing, as an attribute. */
export const isFree = (attribute: string, value: string): string =>
  `case when l.attributes->>${attribute} is not null then lower(l.attributes->>${attribute}) <> lower(${value}) else l.attributes->${attribute} is not null end`;

/** Whether any department names its managers. */
export const ANY_MANAGED = "exists (select 1 from departments d where d.target = $1 and d.managed)";

/** Wakes whoever waits for one of these, or is parked because of one. */
export const REQUEUE_DEPENDENTS = statement(
  "wake-waiting",
  `update entity_states s set ${REQUEUE}, waiting_on = null, causes = s.causes || $3::uuid[]
    where ${WAITING_ON("$2::uuid[]")}`,
);
/**
 * Requeues those that wait for one of these, which has not changed and may not: they can go on without it. Nothing has come free, so their attempts go on
 * counting: two that requeue each other would do so without end. Those that are stuck because of each other are left alone.
 */
export const REQUEUE_WAITING = statement(
  "requeue-waiting",
  `update entity_states s set ${requeued("s.attempts")}, waiting_on = null, causes = s.causes || $3::uuid[]
    where ${WAITING_ON("$2::uuid[]")} and ${unindexed("s.state")} = 'waiting'`,
);
/** What kept these parked at the target has gone for one of them: the others with the same cause are looked at as well. */
export const REQUEUE_SAME_CAUSE = statement(
  "wake-same-cause",
  `update entity_states s set ${REQUEUE}, cause = null, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.cause = any($2::text[]) and s.state = 'parked'`,
);
/** Wakes those who report to people who came or went, by the directory and by what is at the target. */
export const REQUEUE_REPORTS = statement(
  "wake-reports",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'user' and s.entity_id = ${inList(REPORTS("$2::uuid[]"))}`,
);
/** Wakes those who have people as manager at the target who are gone: the directory may not know any more who they were. */
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
 * Wakes departments that name one of these people as manager: only members can be, so it matters where they sit. Costs next to nothing while no department
 * names anybody.
 */
export const REQUEUE_MANAGED_DEPARTMENTS = statement(
  "wake-led",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where ${ANY_MANAGED} and s.target = $1 and s.kind = 'department' and s.entity_id = ${inList(`
      with named as materialized (
        select m.source_id, ${namesOf("m")} as names, null::uuid as cause from ${recordsOf("$2::uuid[]")} m)
      select led.id from (${whatIsLedBy("named")}) led where led.target = $1`)}`,
);
/** Wakes departments that have people as managers at the target who are gone: the directory may not know any more who they were. */
export const REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER = statement(
  "wake-led-before",
  `update entity_states s set ${REQUEUE}, causes = s.causes || $3::uuid[]
    where s.target = $1 and s.kind = 'department' and s.entity_id = ${inList(`
      select l.entity_id from links l
       where l.target = $1 and l.kind = 'department' and (l.attributes->'managers')::jsonb ?| array(
         select m.remote_id from links m where m.target = $1 and m.kind = 'user' and m.entity_id = any($2::uuid[]) and m.remote_id is not null)`)}`,
);
/** Wakes those who had to do without a department or role that has now come to the target, or may be about to conclude so. */
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
 * Wakes departments and roles of ours that wait to be removed and have just lost an occupant. One that is being looked at this moment may have counted
 * the occupant still: its run will find that the generation moved on. A department that only let go of a manager does not wait, and is to go all the same.
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
 * What is waited for and thought to be in order is looked at again: it is not at the target, is a department that has to let go of a manager, which it
 * does also while it waits itself for the very person to leave, or is being looked at by a run that cannot know yet, or may have to let somebody have a value of its own: inactive, or in want of another value
 * of one of the attributes ($3) itself. Who wants other attributes has nothing to give, and the two would requeue each other.
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
/** Those whose wait has closed a circle: two that began to wait for each other at one moment did not see it. */
export const RECHECK_CIRCLE = statement("look-in-circle", recheckNow(inCircle("s.entity_id", "s.waiting_on")));
/** Of whom they wait for, one was stuck before that could be told to them: those who are stuck are not waited for. */
export const RECHECK_IF_STUCK = statement(
  "look-if-stuck",
  recheckNow(
    `exists (select 1 from entity_states o where o.target = $1 and o.kind = ${ANY_KIND} and o.entity_id = any(s.waiting_on) and o.state in ('parked', 'held'))`,
  ),
);
/** Whoever is waited for in a circle by one that cannot give way. */
export const RECHECK_AWAITED = statement(
  "look-awaited",
  `insert into entity_states as e (target, kind, entity_id, state, next_at)
   select s.target, s.kind, s.entity_id, s.state, now() from unnest($2::uuid[]) n(id) cross join
     ${lookUp("entity_states s", `s.target = $1 and s.kind = ${ANY_KIND} and s.entity_id = n.id`)} s
    where s.state = 'waiting'
   on conflict (target, kind, entity_id) do update set next_at = excluded.next_at where e.state = 'waiting'`,
);
/** Of a department `s` that waits for a department `l` which is not the one above it: it has the name, until a run of its own has come to rest. */
const waitsForName = (s: string, l: string): string => `
  ${l}.entity_id is distinct from (select d.parent_id from departments d where d.id = ${s}.entity_id)
             and not exists (select 1 from entity_states h where h.target = $1 and h.kind = 'department' and h.entity_id = ${l}.entity_id and h.state = 'inSync')`;

/** What came to be while the run that waits for it was looking: nobody else will wake it. */
export const RECHECK_WAITING = statement(
  "look-again",
  recheckNow(`(exists (select 1 from links l where l.target = $1 and l.kind = ${ANY_KIND} and l.entity_id = any(s.waiting_on) and l.status = 'owned'
             and not (s.kind = 'department' and l.kind = 'department' and ${waitsForName("s", "l")})
             and not (s.kind = 'user' and l.kind = 'department' and ${HAS_MANAGERS} and (l.attributes->'managers')::jsonb ?
               (select own.remote_id from links own where own.target = $1 and own.kind = 'user' and own.entity_id = s.entity_id)))
           or exists (select 1 from placements p where p.target = $1 and p.group_id = any(s.waiting_on) and p.kind <> 'role'))`),
);
/** The same for a run that was refused because of another entity, which has come to rest while the refusal was on its way. */
export const RECHECK_REFUSED = statement(
  "look-after-refusal",
  recheckNow(
    `exists (select 1 from entity_states o where o.target = $1 and o.kind = ${ANY_KIND} and o.entity_id = any(s.waiting_on) and o.state = 'inSync')`,
  ),
);
/**
 * A value that was refused because another one has it, who let go of it while the refusal was on its way: its end came before this one named it. What
 * somebody inactive gives up for another's sake is not asked for. And a value of a stranger who was found to be ours meanwhile: that one is waited for.
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
