import type pg from "pg";
import type { EntityKind } from "../../core/entity.ts";
import type { Changes } from "../../history/event.ts";
import type { PlanItem, PlannedAction, PlannedWrite, PlanQuery, PlanSummary } from "../../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import { pageOf } from "../postgres/page.ts";
import { createParameters } from "../postgres/parameters.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON, personWith } from "../references.ts";

/* The result of a rehearsal: one row for each entity in `plan_items` of shadow.ts. */

/**
 * Combines several writes of an entity. `before` is that of the first write, `after` that of the last one. A removal replaces all other actions. A create stays a
 * create, whatever follows.
 */
const RECORD: Statement = {
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

const DROP_UNCHANGED: Statement = {
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

const ADD_HELD: Statement = {
  name: "plan-add-held",
  text: `insert into plan_items (kind, id, action, changes, held_by, calls)
    select s.kind, s.entity_id, s.planned->>'action', coalesce((s.planned->'changes')::jsonb, '{}'), coalesce(${LIMIT}, s.reason_code), '{}'
      from entity_states s where s.target = $1 and s.state = 'held' and s.planned is not null
    on conflict (kind, id) do update set held_by = excluded.held_by`,
};

/** Leavers in their grace period. They are removed after it. */
const ADD_LEAVERS: Statement = {
  name: "plan-add-leavers",
  text: `insert into plan_items (kind, id, action, changes, held_by, calls)
    select 'user', l.entity_id, 'remove', '{}', 'inGrace', '{}' from links l
     where l.target = $1 and l.kind = 'user' and l.grace_until is not null and not l.grace_ended
    on conflict (kind, id) do nothing`,
};

const HOLD_ALL: Statement = { name: "plan-hold-all", text: "update plan_items set held_by = 'modeObserve', calls = '{}'" };

const HASTEN: Statement = {
  name: "plan-hasten",
  text: `with done as (
    update entity_states set next_at = now() where target = $1 and next_at > now() and state in ('due', 'waiting') returning 1)
    select count(*)::int as n from done`,
};

const SUMMARY: Statement = {
  name: "plan-summary",
  text: `select
    (select json_object_agg(a.action, a.n) from (select action, count(*) as n from plan_items where held_by is null group by action) a) as actions,
    (select count(*)::int from plan_items where held_by is not null) as held,
    (select json_object_agg(c.key, c.n) from (
       select k.key, count(*) as n from plan_items p, jsonb_object_keys(p.changes) k(key) where p.action = 'update' and p.held_by is null group by k.key order by k.key) c) as attributes,
    (select json_object_agg(c.key, c.n) from (
       select k.key, sum(k.value::text::int) as n from plan_items p, jsonb_each(p.calls) k group by k.key order by k.key) c) as apis`,
};

interface SummaryRow extends pg.QueryResultRow {
  actions: string | null;
  held: number;
  attributes: string | null;
  apis: string | null;
}

interface ItemRow extends pg.QueryResultRow {
  kind: EntityKind;
  id: string;
  name: string | null;
  action: PlannedAction;
  changes: Changes;
  held_by: string | null;
  until: Date | null;
}

/** Stores writes in `plan_items`. A statement has each entity only once, because the second write of an entity must find the row of the first. */
export async function recordWrites(session: pg.Pool, writes: readonly PlannedWrite[]): Promise<void> {
  let rows = new Map<string, object>();
  const flush = async (): Promise<void> => {
    if (rows.size > 0) await run(session, RECORD, [JSON.stringify([...rows.values()])]);
    rows = new Map();
  };
  for (const { ref, action, changes, calls } of writes) {
    const key = `${ref.kind}:${ref.id}`;
    if (rows.has(key)) await flush();
    const counts: Record<string, number> = {};
    for (const { api } of calls) counts[api] = (counts[api] ?? 0) + 1;
    rows.set(key, { kind: ref.kind, id: ref.id, action, changes, calls: counts });
  }
  await flush();
}

export async function hasten(session: pg.Pool, target: string): Promise<number> {
  const [row] = await run<{ n: number }>(session, HASTEN, [target]);
  return row!.n;
}

export async function summarise(session: pg.Pool, target: string, mode: SyncMode): Promise<PlanSummary> {
  await run(session, DROP_UNCHANGED, []);
  await run(session, ADD_HELD, [target]);
  if (mode === "observe") await run(session, HOLD_ALL, []);
  await run(session, ADD_LEAVERS, [target]);
  const [row] = await run<SummaryRow>(session, SUMMARY, []);
  const counts = (text: string | null) => (text === null ? {} : (JSON.parse(text) as Readonly<Record<string, number>>));
  const byApi = counts(row!.apis);
  return {
    ...{ create: 0, update: 0, remove: 0, suspend: 0, resume: 0 },
    ...counts(row!.actions),
    byAttribute: counts(row!.attributes),
    held: row!.held,
    calls: Object.values(byApi).reduce((sum, n) => sum + n, 0),
    byApi,
  };
}

/** The name of an item. People come from the directory, departments and roles from the copy. A removed entity that is unknown here has its name before the removal. */
const NAME = `coalesce(${NAMES_OF_PERSON}, d.name, r.name, p.changes->'name'->>'before')`;

export async function itemsOf(
  session: pg.Pool,
  target: string,
  { action, kind, after, count }: PlanQuery,
): Promise<{ readonly items: readonly PlanItem[]; readonly next?: string }> {
  const parameters = createParameters([target]);
  const conditions = ["true"];
  if (action) conditions.push(`p.action = ${parameters.add(action, "text")}`);
  if (kind) conditions.push(`p.kind = ${parameters.add(kind, "text")}`);
  const [afterKind, afterId] = after?.split(":") ?? [];
  if (afterKind && afterId) conditions.push(`(p.kind, p.id) > (${parameters.add(afterKind, "text")}, ${parameters.add(afterId, "uuid")})`);
  // Lateral look-ups instead of joins: a join read all people for each item of a page (3.0 s for a page with 100,000 people).
  const text = `select p.kind, p.id, p.action, p.changes, p.held_by, case when not o.grace_ended then o.grace_until end as until, ${NAME} as name from plan_items p
      left join lateral (select * from links o where p.kind = 'user' and o.target = $1 and o.kind = 'user' and o.entity_id = p.id limit 1) o on true
      left join ${personWith("p.id", "p.kind = 'user'")} u on true
      left join lateral (select * from departments d where p.kind = 'department' and d.id = p.id limit 1) d on true
      left join lateral (select * from placements r where p.kind = 'role' and r.target = $1 and r.group_id = p.id limit 1) r on true
     where ${conditions.join(" and ")} order by p.kind, p.id limit ${parameters.add(count + 1, "bigint")}`;
  const rows = await run<ItemRow>(session, { name: "", text }, parameters.values);
  const read = rows.map((row) => ({
    kind: row.kind,
    id: row.id,
    ...(row.name ? { name: row.name } : {}),
    action: row.action,
    changes: row.changes,
    ...(row.held_by ? { heldBy: row.held_by } : {}),
    ...(row.until ? { until: row.until } : {}),
  }));
  const { items, more } = pageOf(read, count, (last) => `${last.kind}:${last.id}`);
  return { items, ...more };
}
