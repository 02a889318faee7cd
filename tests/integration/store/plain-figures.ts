import type pg from "pg";

/** What the status tells, by counting rows one by one. */
export async function plainFigures(pool: pg.Pool, target: string) {
  const states = await pool.query<{ state: string; n: number; lost: number; oldest: Date | null }>(
    `select state, count(*) as n, count(*) filter (where state in ('due', 'waiting') and next_at is null and lease is null) as lost,
       min(due_since) filter (where state in ('due', 'waiting')) as oldest
     from entity_states where target = $1 group by state`,
    [target],
  );
  const people = await pool.query<{ active: number; present: number; accurate: number }>(
    `select count(*) as active, count(l.entity_id) as present, count(l.entity_id) filter (where s.state = 'inSync') as accurate
     from users u
     left join links l on l.target = $1 and l.kind = 'user' and l.entity_id = u.id and l.status = 'owned'
     left join entity_states s on s.target = $1 and s.kind = 'user' and s.entity_id = u.id
     where u.active`,
    [target],
  );
  const stuck = await pool.query<{ stuck: number }>(
    "select count(*) as stuck from entity_states where target = $1 and kind = 'user' and state in ('held', 'parked')",
    [target],
  );
  const [oldestDue] = states.rows
    .flatMap(({ oldest }) => (oldest ? [oldest] : []))
    .sort((one, other) => one.getTime() - other.getTime());
  const none = { inSync: 0, due: 0, waiting: 0, held: 0, parked: 0 };
  return {
    states: { ...none, ...Object.fromEntries(states.rows.map(({ state, n }) => [state, n])) },
    lost: states.rows.reduce((sum, { lost }) => sum + lost, 0),
    ...(oldestDue ? { oldestDue } : {}),
    people: { ...people.rows[0]!, ...stuck.rows[0]! },
  };
}
