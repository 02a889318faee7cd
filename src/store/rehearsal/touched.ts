import type pg from "pg";
import type { HistoryEvent } from "../../history/event.ts";
import { OPEN_HOURS } from "../../reconcile/guard/hold.ts";
import { LIMIT_NAMES } from "../../reconcile/guard/spendings.ts";
import type { HoldOfRules, WrittenRules } from "../../reconcile/rules/store.ts";
import type { Touched } from "../../reconcile/rules/weigh.ts";
import { holdEvent, TAKE_LOCK } from "../loop/guard/hold-members.ts";
import { type DissolvedRules, dissolvedEvent, dissolving } from "../loop/guard/rules-holds.ts";
import { inTransaction, run } from "../postgres/statement.ts";
import { FIRST_REF } from "../postgres/walk.ts";
import { eventRow } from "../write-sql.ts";

/*
 * The effect of other rules, read from a rehearsal of their plan, and the hold that stops all of it. The
 * tables of the rehearsal hide the real tables of the same names, so the real ones are named with their
 * schema.
 */

/**
 * The items that the rules would write. It leaves out items that a mode, a pilot or a protection stops, and
 * items that a limit holds already. If the mapping is the same as before, entities that are due are changes
 * by the source. Then only entities that are in sync or that the policy holds count.
 */
const ITEMS = (schema: string): string => `
  select p.kind, p.id, p.action, p.changes, p.held_by, s.state, s.desired_generation as generation, s.causes
    from plan_items p left join ${schema}.entity_states s on s.target = $1 and s.kind = p.kind and s.entity_id = p.id
   where case when $2::boolean
     then (p.held_by is null or p.held_by = any('{${LIMIT_NAMES.join(",")}}'::text[]))
       and not (p.held_by is not null and s.state = 'held' and s.reason_code is not distinct from 'heldByLimit')
     else p.held_by is null and (s.state = 'inSync' or s.state = 'held' and s.reason_code in ('outsidePilot', 'protectedPerson', 'privateAddress', 'heldByLimit')) end`;

interface TouchedRow extends pg.QueryResultRow, Omit<Touched, "changed" | "present"> {
  changed: string;
  present: string;
}

/** `otherMapping`: the mapping differs, so the whole plan is its effect. */
export async function touchedBy(
  session: pg.Pool,
  {
    target,
    schema,
    otherMapping,
  }: { readonly target: string; readonly schema: string; readonly otherMapping: boolean },
): Promise<Touched> {
  const text = `with items as materialized (${ITEMS(schema)})
    select
      count(*) filter (where kind = 'user' and action in ('remove', 'suspend')) as "peopleRemoved",
      count(*) filter (where kind = 'department' and action = 'remove') as "departmentsRemoved",
      count(*) filter (where $2::boolean and kind = 'user' and action = 'create' and state is not distinct from 'inSync') as "peopleMade",
      count(*) filter (where not $2::boolean and kind = 'user') as "peopleReleased",
      count(*) filter (where held_by = 'departmentEmptied') as emptied,
      (select count(*) from entity_states e where $2::boolean and e.target = $1 and e.kind = 'user' and e.state = 'due') as unknown,
      (select coalesce(json_agg(c), '[]') from (
        select i.kind, k.name as attribute, count(*) as count from items i cross join lateral jsonb_object_keys(i.changes) k(name)
         where i.action = 'update' group by i.kind, k.name order by count(*) desc limit 100) c) as changed,
      (select coalesce(json_object_agg(l.kind, l.n), '{}') from (
        select kind, count(*) as n from ${schema}.links where target = $1 and status = 'owned' group by kind) l) as present
      from items`;
  const [row] = await run<TouchedRow>(session, { name: "", text }, [target, otherMapping]);
  return {
    ...row!,
    changed: JSON.parse(row!.changed) as Touched["changed"],
    present: { user: 0, group: 0, department: 0, role: 0, ...(JSON.parse(row!.present) as object) },
  };
}

const SLICE = 10_000;

/**
 * Opens a hold with all its members in one transaction, because a hold without members would be dissolved. An
 * open hold of other rules is dissolved, because those rules are gone.
 */
export async function holdRules(
  session: pg.Pool,
  { target, schema }: { readonly target: string; readonly schema: string },
  { id, mapping, policy, leavers, before, exceeded, present, otherMapping, at }: HoldOfRules,
): Promise<void> {
  return inTransaction(session, async (db) => {
    const send = <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) =>
      run<Row>(db, { name: "", text }, values);
    const tell = (event: HistoryEvent) =>
      send(
        `insert into ${schema}.history select e.* from json_populate_record(null::${schema}.history, $1::json) e`,
        [eventRow(event)],
      );
    await send(TAKE_LOCK, [target]);
    for (const each of await send<DissolvedRules>(dissolving(`${schema}.holds`), [target]))
      await tell(dissolvedEvent(each, target, at, { followedBy: id }));
    const detail = {
      mapping,
      policy,
      leavers,
      before: versionsOf(before),
      exceeded: exceeded.map((each) => ({ ...each })),
    };
    await send(
      `insert into ${schema}.holds (id, target, limit_name, state, hours, allowed, present, passed, policy, mapping, detail, expires_at)
       values ($1, $2, 'mappingChanged', 'open', 0, $3, $4, 0, $5, $6, $7, now() + ${OPEN_HOURS} * interval '1 hour')`,
      [id, target, exceeded[0]?.allowed ?? 0, present, policy, mapping, JSON.stringify(detail)],
    );
    let count = 0;
    for (let last: { readonly kind: string; readonly id: string } | undefined = FIRST_REF; last; ) {
      const rows: { kind: string; id: string }[] = await send(
        `with items as (select * from (${ITEMS(schema)}) i where (i.kind, i.id) > ($4, $5::uuid) order by i.kind, i.id limit ${SLICE}),
         joined as (
           insert into ${schema}.hold_members (hold_id, target, kind, entity_id, key, action, generation, causes)
           select $3::uuid, $1, kind, id, '', action, coalesce(generation, 0), coalesce(causes, '{}') from items)
         select kind, id from items order by kind, id`,
        [target, otherMapping, id, last.kind, last.id],
      );
      count += rows.length;
      last = rows.length === SLICE ? rows.at(-1) : undefined;
    }
    await tell(
      holdEvent("hold.opened", {
        target,
        at,
        detail: { hold: id, limit: "mappingChanged", hours: 0, count, passed: 0, ...detail },
      }),
    );
  });
}

const versionsOf = ({ mapping, policy }: WrittenRules) => ({
  mapping,
  ...(policy === undefined ? {} : { policy }),
});
