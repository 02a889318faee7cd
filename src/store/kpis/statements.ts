import { GROWTH } from "../../kpis/latency.ts";
import type { Statement } from "../postgres/statement.ts";
import { personWith } from "../references.ts";
import { withMerged } from "../write-sql.ts";

/*
 * Statements that count what happened in one hour, from the history alone. The id of an event begins with its
 * time, so an hour is a range of the primary key. Parameters of all: 1 target, 2 first id of the hour, 3 id
 * after its last.
 */

const IN_HOUR = "h.id >= $2::uuid and h.id < $3::uuid";

/**
 * The time of the first change in the directory that led to an intent. If the causes were merged, the merged
 * events count too.
 */
const BEGAN = `(select min(c.at) from ${withMerged("i.causes")} k join history c on c.id = k.id where c.code ~ '^(user|group)[.]')`;

/** Changes by the bucket of kpis/latency.ts. The first cause of an outcome is its intent. */
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
 * Acts of people, with the time that each took: the time since the previous act of the same person if the
 * pause was short, otherwise the time of one act. An `operator.…` event with a cause is the end of an act
 * that was counted before. Parameters: 4 id from which previous acts are searched, 5 longest pause, 6 one
 * act, both in seconds.
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

/** The measurement of the hour. If there are several, the last one counts. */
export const MEASURED: Statement = {
  name: "",
  text: `select h.detail from history h where ${IN_HOUR} and h.code = 'kpis.measured' and h.target = $1 order by h.id desc limit 1`,
};

/**
 * For each attribute, the number of active people whose value at the target may be wrong: the value was
 * refused, a plan would change it, the person is not at the target, or the difference is unknown. Parameters:
 * 1 target, 2 attributes of the mapping.
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

/**
 * Attributes that somebody has at the target. An attribute of the mapping that nobody has is not a figure.
 * Looks at this many people.
 */
const SOME_PEOPLE = 1_000;
export const IN_USE: Statement = {
  name: "",
  text: `select distinct e.key as name from (
      select l.attributes from links l where l.target = $1 and l.kind = 'user' and l.status = 'owned' and l.attributes is not null limit ${SOME_PEOPLE}) p
    cross join json_each_text(p.attributes) e where e.key = any($2::text[]) and e.value is not null and e.value not in ('', '[]')`,
};
