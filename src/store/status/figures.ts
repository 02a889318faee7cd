import type pg from "pg";
import type { SyncStatus } from "../../reconcile/status.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { isLost } from "../references.ts";

/*
 * The figures of one target, without reading all entities that are in sync. It reads the entities that are
 * not in sync (by their index), the index entries of departments, roles and inactive people, and the counters
 * of people and groups. This is enough for two reasons:
 *   - Each person and group of the directory has a state. The statement that creates the person or group also
 *     creates the state, and the state is removed later.
 *   - An active person is in sync only if the person is at the target.
 * So everybody who is not open is in sync, and active people among them are at the target. Plain counts give
 * the same figures (tests/integration/store/figures.test.ts). The statements are not prepared: a generic
 * plan, perhaps from the time when the tables were empty, would cost more than planning.
 */

const COUNTS: Statement = {
  name: "",
  text: `select now() as as_of,
      count(*) filter (where o.state = 'due') as due, count(*) filter (where o.state = 'waiting') as waiting,
      count(*) filter (where o.state = 'held') as held, count(*) filter (where o.state = 'parked') as parked,
      count(*) filter (where ${isLost("o")}) as lost,
      min(o.due_since) filter (where o.state in ('due', 'waiting')) as oldest,
      count(coalesce(u.id, p.id)) as open_people, count(g.id) as open_groups, count(*) filter (where o.kind in ('department', 'role')) as open_structure,
      count(*) filter (where o.kind = 'user' and o.state in ('held', 'parked')) as stuck_people,
      count(*) filter (where coalesce(u.active, p.active)) as open_active, count(l.entity_id) filter (where coalesce(u.active, p.active)) as open_present,
      ((select coalesce(sum(c.count), 0) from resource_counts c where c.kind = 'User')
        - (select count(*) from users j where j.person_id is not null) + (select count(*) from persons))::bigint as people,
      (select coalesce(sum(c.count), 0) from resource_counts c where c.kind = 'Group')::bigint as groups,
      ((select count(*) from users i where not i.active)
        - (select count(*) from users j where j.person_id is not null and not j.active) + (select count(*) from persons i where not i.active))::bigint as inactive,
      (select count(*) from entity_states n where n.target = $1 and n.kind in ('department', 'role')) as structure
    from entity_states o
    left join users u on o.kind = 'user' and u.id = o.entity_id and u.person_id is null
    left join persons p on o.kind = 'user' and p.id = o.entity_id
    left join groups g on o.kind = 'group' and g.id = o.entity_id
    left join links l on l.target = $1 and l.kind = 'user' and l.entity_id = coalesce(u.id, p.id) and l.status = 'owned'
    where o.target = $1 and o.state <> 'inSync'`,
};
/** With more open entities than this, whole tables are read instead of looking up each entity. */
const MANY_OPEN = 50_000;
const OPEN: Statement = {
  name: "status-open",
  text: `select count(*) as n from (select from entity_states o where o.target = $1 and o.state <> 'inSync' limit ${MANY_OPEN + 1}) open`,
};
/**
 * The largest number of entities that are read. Of ten thousand, a hundred are above the 99th percentile,
 * which is enough.
 */
const LATELY_SETTLED = 10_000;
const LATENCY: Statement = {
  name: "",
  text: `select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by lately.latency_ms) as ms
    from (select s.latency_ms from entity_states s
           where s.target = $1 and s.state = 'inSync' and s.latency_ms is not null and s.settled_at > now() - interval '1 day'
           order by s.settled_at desc limit ${LATELY_SETTLED}) lately`,
};
const CALLS: Statement = {
  name: "status-calls",
  text: "select api, calls from rate_limits where target = $1 and api <> 'all' order by api",
};

type Count =
  | "due"
  | "waiting"
  | "held"
  | "parked"
  | "lost"
  | "stuck_people"
  | "open_people"
  | "open_groups"
  | "open_structure"
  | "open_active"
  | "open_present"
  | "people"
  | "groups"
  | "inactive"
  | "structure";
type CountsRow = pg.QueryResultRow &
  Readonly<Record<Count, number>> & { readonly as_of: Date; readonly oldest: Date | null };

/**
 * All counts are from the same moment, `asOf`. The cost depends on the number of entities that are not in
 * sync, and not on the number of people.
 */
export async function readStats(pool: pg.Pool, target: string): Promise<Omit<SyncStatus, "paused">> {
  const [counts, latency, calls] = await Promise.all([
    countsOf(pool, target),
    run<{ ms: number[] | null }>(pool, LATENCY, [target]),
    run<{ api: string; calls: number }>(pool, CALLS, [target]),
  ]);
  const row = counts[0]!;
  const { due, waiting, held, parked, lost, oldest } = row;
  const [p50, p95, p99] = latency[0]?.ms ?? [];
  const active = row.people - row.inactive;
  const accurate = active - row.open_active;
  const inSync =
    row.people - row.open_people + (row.groups - row.open_groups) + (row.structure - row.open_structure);
  return {
    asOf: row.as_of,
    states: { inSync, due, waiting, held, parked },
    lost,
    ...(oldest ? { oldestDue: oldest } : {}),
    ...(p50 !== undefined && p95 !== undefined && p99 !== undefined ? { latencyMs: { p50, p95, p99 } } : {}),
    people: { active, present: accurate + row.open_present, accurate, stuck: row.stuck_people },
    calls: calls.map(({ api, calls: count }) => ({ api, count })),
  };
}

/**
 * After a change of the mapping everybody is due, but the statistics may be older. A plan by them would look
 * up each entity (2.4 s instead of 0.5 s with 200,000 open entities). work_mem is large enough for hashes of
 * a million rows in memory.
 */
async function countsOf(pool: pg.Pool, target: string): Promise<CountsRow[]> {
  const [open] = await run<{ n: number }>(pool, OPEN, [target]);
  return open!.n > MANY_OPEN
    ? inTransaction(
        pool,
        (client) => run<CountsRow>(client, COUNTS, [target]),
        "set local enable_nestloop = off; set local work_mem = '64MB'",
      )
    : run<CountsRow>(pool, COUNTS, [target]);
}
