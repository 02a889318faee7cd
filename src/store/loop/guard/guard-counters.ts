import type { Limits } from "../../../policy/policy.ts";
import {
  type Counter,
  needsPresent,
  type ReadCounter,
  WINDOW_HOURS,
} from "../../../reconcile/guard/limits.ts";
import type { Spending } from "../../../reconcile/guard/spendings.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";

/*
 * What the limits of the policy have counted in their windows. Everything is read and written under one lock
 * of the target, so two workers cannot spend the same allowance.
 */

/**
 * An act counts until the end of its window, or until it is undone. It is undone when the entity is at the
 * target again: an observation that is newer than the act and was made while no write was running. A leaver
 * in a grace is not undone.
 */
const COUNTS = `from guard_acts a
  left join links l on l.target = a.target and l.kind = a.kind and l.entity_id = a.entity_id and l.status = 'owned'
  left join entity_states s on s.target = a.target and s.kind = a.kind and s.entity_id = a.entity_id
 where a.target = $1 and a.limit_name = w.limit_name and a.key = w.key and a.at > now() - w.hours * interval '1 hour'
   and not (l.observed_at > a.at and s.intent is null and l.attributes is not null and l.grace_until is null and case a.limit_name
     when 'peopleRemoved' then l.presence is distinct from 'disabled'
     when 'departmentEmptied' then a.key = any(l.containers)
     when 'attributeBlanked' then strpos(a.key, '=') = 0 and coalesce(l.attributes->>a.key, '') <> ''
     else true end)`;

const SPENT: Statement = {
  name: "guard-spent",
  text: `select w.limit_name, w.key, c.spent, c.again
    from json_to_recordset($2::json) as w(limit_name text, key text, hours float8)
    cross join lateral (select count(*) as spent, coalesce(array_agg(a.entity_id) filter (where a.entity_id = any($3::uuid[])), '{}') as again ${COUNTS}) c`,
};

/**
 * Entities of ours that were at the target when the window began: they are still there, or were removed
 * within the window. `adopted`: also those that were adopted since, because they were there before. Without
 * it, an adoption does not raise the limit of the same day.
 */
const COUNT_PRESENT = (kind: string, limit: string, adopted: boolean): string => `
  select entity_id from links where target = $1 and kind = '${kind}' and status = 'owned'
     and (created_at <= now() - $2::float8 * interval '1 hour'${adopted ? " or adopted" : ""})
  union
  select entity_id from guard_acts where target = $1 and limit_name = '${limit}' and at > now() - $2::float8 * interval '1 hour'
    and since <= now() - $2::float8 * interval '1 hour'`;

/** Counting is slow for large organisations, so all processes use one count for a minute. */
const presentOf = (kind: "user" | "department", limit: string, adopted = false): Statement => ({
  name: `guard-present-${kind}${adopted ? "-adopted" : ""}`,
  text: `with known as (
    select present from guard_bases where target = $1 and kind = '${kind}' and hours = $2 and counted_at > now() - interval '1 minute'),
  counted as (
    insert into guard_bases as b (target, kind, hours, present)
    select $1, '${kind}', $2, (select count(*) from (${COUNT_PRESENT(kind, limit, adopted)}) there) where not exists (select from known)
    on conflict (target, kind, hours) do update set present = excluded.present, counted_at = now() returning present)
  select present from known union all select present from counted`,
});

/**
 * The base of `attributeBlanked` has its own window, so its count has its own row. People who were removed
 * within the window count for it too.
 */
const PRESENT = {
  peopleRemoved: presentOf("user", "peopleRemoved"),
  departmentsRemoved: presentOf("department", "departmentsRemoved"),
  attributeBlanked: presentOf("user", "peopleRemoved", true),
} as const;

/** People who were in a department an hour ago: they are still in it, or left it within the hour. */
const OCCUPANTS: Statement = {
  name: "guard-occupants",
  text: `select count(*) as present from (
    select entity_id from links where target = $1 and kind = 'user' and status = 'owned' and containers @> array[$2::text]
    union
    select entity_id from guard_acts where target = $1 and limit_name = 'departmentEmptied' and key = $2 and at > now() - interval '1 hour') there`,
};

export interface Counters {
  readonly read: ReadCounter;
  /** Whether the entity is counted already. Then the same act spends nothing. */
  isCounted(spending: Spending, entityId: string): boolean;
  spend(spending: Spending): void;
}

const nameOf = ({ limit, key }: Spending): string => `${limit}:${key}`;

/** Reads the counters that `spendings` need. `ids`: the entities of the runs that ask. */
export async function readCounters(
  db: Queryable,
  target: string,
  spendings: readonly Spending[],
  { ids, limits }: { readonly ids: readonly string[]; readonly limits: Limits },
): Promise<Counters> {
  const asked = [...new Map(spendings.map((spending) => [nameOf(spending), spending])).values()];
  const times = new Map<string, number>();
  for (const spending of spendings) times.set(nameOf(spending), (times.get(nameOf(spending)) ?? 0) + 1);
  const windows = asked.map(({ limit, key }) => ({ limit_name: limit, key, hours: WINDOW_HOURS[limit] }));
  const rows = await run<{ limit_name: string; key: string; spent: number; again: string[] }>(db, SPENT, [
    target,
    JSON.stringify(windows),
    ids,
  ]);
  const known = new Map(rows.map((row) => [`${row.limit_name}:${row.key}`, row]));
  const counters = new Map<string, { spent: number; readonly present: number }>();
  // One after the other, because they share a connection.
  for (const spending of asked) {
    const { spent } = known.get(nameOf(spending))!;
    const most = spent + times.get(nameOf(spending))!;
    counters.set(nameOf(spending), {
      spent,
      present: needsPresent(spending, limits, most) ? await present(db, target, spending) : 0,
    });
  }
  return {
    read: (spending): Counter => counters.get(nameOf(spending))!,
    isCounted: (spending, entityId) => known.get(nameOf(spending))!.again.includes(entityId),
    spend(spending) {
      counters.get(nameOf(spending))!.spent += 1;
    },
  };
}

async function present(db: Queryable, target: string, { limit, key }: Spending): Promise<number> {
  if (limit === "sourceCollapsed") return 0;
  const [row] =
    limit === "departmentEmptied"
      ? await run<{ present: number }>(db, OCCUPANTS, [target, key])
      : await run<{ present: number }>(db, PRESENT[limit], [target, WINDOW_HOURS[limit]]);
  return row!.present;
}

export interface Act extends Spending {
  readonly kind: string;
  readonly id: string;
}

/**
 * Adds to an upper bound for each value (table `guard_values`). `from` is a FROM item with the columns key
 * and n. Keys are in order, so that processes cannot deadlock.
 */
export const countValues = (from: string): string => `
  insert into guard_values as g (target, key, n) select $1, w.key, w.n from ${from} w order by w.key
  on conflict (target, key) do update set
    before = case when g.since > now() - interval '1 hour' then g.before when g.since > now() - interval '2 hours' then g.n else 0 end,
    n = case when g.since > now() - interval '1 hour' then g.n else 0 end + excluded.n,
    since = case when g.since > now() - interval '1 hour' then g.since else now() end`;

const RECORD: Statement = {
  name: "guard-record",
  text: `with acts as (select * from json_to_recordset($2::json) as a(limit_name text, key text, kind text, id uuid)),
  counted as (${countValues("(select a.key, count(*) as n from acts a where a.limit_name = 'attributeBlanked' and strpos(a.key, '=') > 0 group by a.key)")})
  insert into guard_acts as g (target, limit_name, key, kind, entity_id, since)
    select $1, a.limit_name, a.key, a.kind, a.id, coalesce((
      select l.created_at from links l where l.target = $1 and l.kind = a.kind and l.entity_id = a.id), now())
      from acts a
    on conflict (target, limit_name, key, kind, entity_id) do update set at = now(), since = excluded.since`,
};

export async function recordActs(db: Queryable, target: string, acts: readonly Act[]): Promise<void> {
  if (acts.length > 0)
    await run(db, RECORD, [
      target,
      JSON.stringify(acts.map(({ limit, ...act }) => ({ limit_name: limit, ...act }))),
    ]);
}
