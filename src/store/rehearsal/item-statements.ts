import type { Statement } from "../postgres/statement.ts";

/* Statements about the items of a plan. */

/**
 * Combines several writes of an entity. `before` is that of the first write, `after` that of the last one. A
 * removal replaces all other actions. A create stays a create, whatever follows.
 */
export const RECORD: Statement = {
  name: "plan-record",
  text: `insert into plan_items as p (kind, id, action, changes, calls)
    select w.kind, w.id, w.action, w.changes, w.calls from jsonb_to_recordset($1::jsonb) as w(kind text, id uuid, action text, changes jsonb, calls jsonb)
    on conflict (kind, id) do update set
      action = case when excluded.action = 'remove' then 'remove' when p.action = 'update' then excluded.action else p.action end,
      changes = (
        select coalesce(jsonb_object_agg(coalesce(a.key, b.key),
            case when b.value is null then a.value when a.value is null then b.value else (a.value - 'after') || (b.value - 'before') end), '{}')
          from jsonb_each(p.changes) a full join jsonb_each(excluded.changes) b on b.key = a.key),
      calls = (
        select coalesce(jsonb_object_agg(key, n), '{}') from (
          select c.key, sum(c.value::int) as n from (
            select key, value::text as value from jsonb_each(p.calls) union all select key, value::text from jsonb_each(excluded.calls)) c group by c.key) sums)`,
};

export const DROP_UNCHANGED: Statement = {
  name: "plan-drop-unchanged",
  text: `with changed as (
    select p.kind, p.id, (
        select coalesce(jsonb_object_agg(c.key, c.value), '{}') from jsonb_each(p.changes) c where c.value->'before' is distinct from c.value->'after') as changes
      from plan_items p where p.action = 'update'),
  less as (update plan_items p set changes = c.changes from changed c where p.kind = c.kind and p.id = c.id and p.changes <> c.changes and c.changes <> '{}')
  delete from plan_items p using changed c where p.kind = c.kind and p.id = c.id and c.changes = '{}'`,
};

/** The limit of the newest hold that has the entity. */
const LIMIT = `(
  select h.limit_name from hold_members m join holds h on h.id = m.hold_id
   where s.in_hold and m.target = s.target and m.kind = s.kind and m.entity_id = s.entity_id order by h.opened_at desc limit 1)`;

export const ADD_HELD: Statement = {
  name: "plan-add-held",
  text: `insert into plan_items (kind, id, action, changes, held_by, calls)
    select s.kind, s.entity_id, s.planned->>'action', coalesce((s.planned->'changes')::jsonb, '{}'), coalesce(${LIMIT}, s.reason_code), '{}'
      from entity_states s where s.target = $1 and s.state = 'held' and s.planned is not null
    on conflict (kind, id) do update set held_by = excluded.held_by`,
};

/** Leavers in their grace period. They are removed after it. */
export const ADD_LEAVERS: Statement = {
  name: "plan-add-leavers",
  text: `insert into plan_items (kind, id, action, changes, held_by, calls)
    select 'user', l.entity_id, 'remove', '{}', 'inGrace', '{}' from links l
     where l.target = $1 and l.kind = 'user' and l.grace_until is not null and not l.grace_ended
    on conflict (kind, id) do nothing`,
};

export const HOLD_ALL: Statement = {
  name: "plan-hold-all",
  text: "update plan_items set held_by = 'modeObserve', calls = '{}'",
};

export const MAKE_DUE: Statement = {
  name: "plan-hasten",
  text: `with done as (
    update entity_states set next_at = now() where target = $1 and next_at > now() and state in ('due', 'waiting') returning 1)
    select count(*)::int as n from done`,
};

export const SUMMARY: Statement = {
  name: "plan-summary",
  text: `select
    (select json_object_agg(a.action, a.n) from (select action, count(*) as n from plan_items where held_by is null group by action) a) as actions,
    (select count(*)::int from plan_items where held_by is not null) as held,
    (select json_object_agg(c.key, c.n) from (
       select k.key, count(*) as n from plan_items p, jsonb_object_keys(p.changes) k(key) where p.action = 'update' and p.held_by is null group by k.key order by k.key) c) as attributes,
    (select json_object_agg(c.key, c.n) from (
       select k.key, sum(k.value::text::int) as n from plan_items p, jsonb_each(p.calls) k group by k.key order by k.key) c) as apis`,
};
