import { GROWTH } from "../../kpis/latency.ts";
import type { Statement } from "../postgres/statement.ts";
import { personWith } from "../references.ts";

/*
 * What is counted in one hour, from the history alone. The id of an event begins with its time, so the hour is a range of the primary key.
 * Parameters: 1 target, 2 and 3 the ids before which the hour begins and ends.
 */

const IN_HOUR = "h.id >= $2::uuid and h.id < $3::uuid";

/** A change of the directory as the cause of an intent, or among those that were merged into one event. */
const BEGAN = `(with recursive cause(id) as (
    select unnest(i.causes) union select unnest(m.causes) from cause k join history m on m.id = k.id and m.code = 'marks.merged')
  select min(c.at) from cause k join history c on c.id = k.id where c.code ~ '^(user|group)[.]')`;

/** By the bucket of kpis/latency.ts. An outcome names its intent first. */
export const LATENCY: Statement = {
  name: "",
  text: `select w.bucket, count(*) as count from (
      select case when w.began is not null then
          ceil(ln(greatest(extract(epoch from w.at - w.began)::float8 * 1000, 1)) / ln(${GROWTH}::float8))::int end as bucket
        from (select h.at, ${BEGAN} as began from history h join history i on i.id = h.causes[1]
               where ${IN_HOUR} and h.code = 'target.outcome' and h.outcome = 'done' and h.target = $1) w) w
    group by w.bucket`,
};

/**
 * Each act of somebody's own, with the time it took: since their act before it where that was a moment ago, else what an act takes. Those that are the end of
 * something begun by the same order name it as their cause. Parameters: 4 the id where to look for the act before begins, 5 longest pause, 6 one act, in seconds.
 */
export const INTERVENTIONS: Statement = {
  name: "",
  text: `select a.code, count(*) as count,
      sum(case when a.at - a.before <= $5::float8 * interval '1 s' then extract(epoch from a.at - a.before)::float8 else $6::float8 end) as seconds
    from (select h.id, h.at, h.code, lag(h.at) over (partition by h.actor order by h.id) as before from history h
           where h.id >= $4::uuid and h.id < $3::uuid and h.actor not in ('worker', 'system') and (h.target is null or h.target = $1)
             and (h.code like 'operator.%' and h.causes = '{}'
                  or h.code in ('hold.approved', 'hold.rejected', 'adoption.linked', 'adoption.rejected', 'adoption.unlinked',
                    'person.joined', 'person.refused', 'person.separated', 'record.forgotten'))) a
    where a.id >= $2::uuid group by a.code`,
};

/** What was measured; the last time, should it have been twice. */
export const MEASURED: Statement = {
  name: "",
  text: `select h.detail from history h where ${IN_HOUR} and h.code = 'kpis.measured' and h.target = $1 order by h.id desc limit 1`,
};

/**
 * Of each attribute, for how many active people the value at the target is not known to be right: it was refused, a plan would change it, they are not there, or
 * what differs is not known. Parameters: 1 target, 2 attributes of the mapping.
 */
export const WRONG: Statement = {
  name: "",
  text: `with concerned as materialized (
    select s.state <> 'inSync' as open, l.entity_id is not null as present, s.refused, s.planned from entity_states s
      join ${personWith("s.entity_id")} u on u.active
      left join links l on l.target = $1 and l.kind = 'user' and l.entity_id = s.entity_id and l.status = 'owned'
     where s.target = $1 and s.kind = 'user' and (s.state <> 'inSync' or s.refused is not null)),
  wrong as (
    select c.*, array(select json_object_keys(case when json_typeof(c.refused) = 'object' then c.refused else '{}' end)
                union select json_object_keys(coalesce(c.planned->'changes', '{}'))) as attributes from concerned c)
  select a.name, count(*) filter (where a.name = any(w.attributes) or w.open and (not w.present or w.attributes = '{}')) as wrong
    from unnest($2::text[]) as a(name) left join wrong w on true group by a.name`,
};

/** Attributes that somebody has; what a mapping could set and nobody has says nothing. */
const SOME_PEOPLE = 1_000;
export const IN_USE: Statement = {
  name: "",
  text: `select distinct e.key as name from (
      select l.attributes from links l where l.target = $1 and l.kind = 'user' and l.status = 'owned' and l.attributes is not null limit ${SOME_PEOPLE}) p
    cross join json_each_text(p.attributes) e where e.key = any($2::text[]) and e.value is not null and e.value not in ('', '[]')`,
};
