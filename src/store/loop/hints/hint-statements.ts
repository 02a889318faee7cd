import { lookUp } from "../../postgres/planner.ts";
import type { Statement } from "../../postgres/statement.ts";
import { appendEvents, markDue, wakeUp } from "../../write-sql.ts";

/* Statements about hints. */

/** DingTalk delivers an event again after minutes. The dashboard shows the last hint of an entity. */
const KEPT = "interval '7 days'";
/** The share of announced changes uses the figures of one day. */
const FIGURES_KEPT = "interval '30 days'";

const statement = (name: string, text: string): Statement => ({ name: `hints-${name}`, text });

export const KEEP = statement(
  "keep",
  `insert into hints (target, event_id, kind, remote_id, type)
    select distinct on (h.event_id, h.kind, h.remote_id) $1, h.event_id, h.kind, h.remote_id, h.type
      from json_to_recordset($2::json) as h(event_id text, kind text, remote_id text, type text)
    on conflict do nothing`,
);

export const OPEN = statement(
  "open",
  `with open as (
    select h.kind, h.remote_id, array_agg(h.event_id order by h.received_at, h.event_id) as event_ids, array_agg(h.type order by h.received_at, h.event_id) as types,
        (extract(epoch from now() - min(h.received_at)) * 1000)::float8 as age_ms
      from hints h where h.target = $1 and h.outcome is null group by h.kind, h.remote_id order by min(h.received_at) limit $2)
  select o.*, l.entity_id, l.status, l.attributes, (extract(epoch from now() - l.observed_at) * 1000)::float8 as observed_ms, s.lease is not null as busy,
      case when o.kind = 'department' then (
        select json_agg(json_build_object('id', w.id || ' ' || c.nth, 'api', c.call->>'api', 'durationMs', (c.call->>'durationMs')::float8,
            'answeredMs', extract(epoch from (c.call->>'targetAt')::timestamptz) * 1000))
          from history w cross join lateral json_array_elements(w.detail->'calls') with ordinality as c(call, nth)
         where w.subject = l.entity_id and w.id > $3::uuid and w.code = 'target.outcome' and c.call->>'code' = 'ok' and c.call->>'targetAt' is not null) end as writes
    from open o
    left join ${lookUp("links l", "l.remote_id = o.remote_id and l.kind = o.kind and l.target = $1")} l on true
    left join lateral (select s.lease from entity_states s where s.target = $1 and s.kind = o.kind and s.entity_id = l.entity_id limit 1) s on true`,
);

const NAMED =
  "json_to_recordset($2::json) as w(event_id text, kind text, remote_id text, entity_id uuid, look uuid)";
const ENDED = (outcome: string): string =>
  `update hints h set outcome = ${outcome}, entity_id = w.entity_id, look = w.look from ${NAMED}
    where h.target = $1 and h.event_id = w.event_id and h.kind = w.kind and h.remote_id = w.remote_id and h.outcome is null returning w.look`;

export const END = statement("end", ENDED("'echo'"));

/** Hints about objects that are not managed are removed. A repeated event is again about such an object. */
export const DROP = statement(
  "drop",
  `delete from hints h using ${NAMED}
    where h.target = $1 and h.event_id = w.event_id and h.kind = w.kind and h.remote_id = w.remote_id and h.outcome is null`,
);

/**
 * Ends hints with the outcome `look`. Where a hint was still open, its event is recorded and its entity
 * becomes due. The stored observation moves to `unshown`, without the attributes in `doubted` (null: all of
 * it is dropped). A read that does not show an attribute uses `unshown`. Parameters: 1 target, 2 hints, 3
 * entities, 4 targets.
 */
export const LOOK = statement(
  "look",
  `with ended as (${ENDED("'look'")}),
  looked as materialized (
    select w.* from json_to_recordset($3::json) as w(kind text, id uuid, look uuid, priority smallint, doubted text[], event json) where w.look in (select e.look from ended e)),
  event as (${appendEvents("looked w")}),
  locked as materialized (
    select 1 from (select kind, id from looked order by kind, id) k cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = k.kind and s.entity_id = k.id for update) l),
  forgotten as (
    update links l set attributes = null,
        unshown = case when k.doubted is not null then (coalesce(l.attributes, l.unshown)::jsonb - k.doubted)::json end from looked k
     where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = k.kind and l.entity_id = k.id and l.status = 'owned'),
  marked as (${markDue("(select k.kind, k.id as entity_id, k.priority, array[k.look] as causes from looked k) m", "$4::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

export const FORGET = statement(
  "forget",
  `with old as (delete from hint_figures where target = $1 and at < now() - ${FIGURES_KEPT})
   delete from hints where target = $1 and received_at < now() - ${KEPT}`,
);

export const SHOW = statement(
  "show",
  `insert into listening as l (target, state, since, failures, ended_by, reason, heard_at, event_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (target) do update set state = excluded.state, since = excluded.since, failures = excluded.failures, ended_by = excluded.ended_by,
      reason = excluded.reason, heard_at = coalesce(excluded.heard_at, l.heard_at), event_at = coalesce(excluded.event_at, l.event_at), seen_at = now()`,
);
