import type pg from "pg";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction } from "../postgres/statement.ts";
import { PRIORITY } from "../write-sql.ts";

/*
 * A copy of the loop's tables, in which the loop can run without effect. The copy is temporary tables of one
 * session. They hide the real tables of the same names. The directory is not copied. The copy ends with the
 * session, and other sessions cannot see it.
 */

/** Tables that are copied with their rows of the target. */
const COPIED = [
  "links",
  "departments",
  "placements",
  "person_departments",
  "adoptions",
  "guard_acts",
  "guard_bases",
  "guard_values",
  "source_figures",
  "holds",
  "hold_members",
  "removed_people",
] as const;
/** Tables that are copied without rows, because their rows do not matter. */
const EMPTY = ["target_states"] as const;

/**
 * Settings of the session. Statements that would act outside the copy check `dingtalk_scim.rehearsal`: see
 * `wakeUp` and the lock of the tree.
 */
const REHEARSAL_SETTINGS = {
  "dingtalk_scim.rehearsal": "on",
  statement_timeout: "10000",
  idle_in_transaction_session_timeout: "0",
  // Longer than a plan is kept for the request of its next page.
  idle_session_timeout: "600000",
  // Every look-up reads the pending list of a GIN index, so the list must be short.
  gin_pending_list_limit: "64",
  temp_buffers: "64MB",
  work_mem: "32MB",
} as const;

export interface Shadow {
  /** A pool whose `byKey` and `asyncCommit` use the same session. */
  readonly pool: Pool;
  /** People were computed with other rules for sources, so they must be computed again. */
  readonly otherSources: boolean;
  /** Dates were applied with other rules. */
  readonly otherDates: boolean;
  /** Schema of the real tables, as a quoted identifier. */
  readonly schema: string;
  close(): Promise<void>;
}

type Filled = Omit<Shadow, "pool" | "close">;

export interface ShadowOptions {
  readonly target: string;
  /** True: all entities are checked, as with another mapping. False: only those that are not in sync. */
  readonly everybody: boolean;
  /**
   * Version of the rules for sources in the rehearsal. People who were computed with other rules are computed
   * again.
   */
  readonly sources?: string;
  /** Version of the rules for dates in the rehearsal. */
  readonly dates?: string;
}

export async function openShadow(pool: Pool, options: ShadowOptions): Promise<Shadow> {
  const session = pool.session(REHEARSAL_SETTINGS);
  const shadow = Object.assign(session, { byKey: session, asyncCommit: session }) as unknown as Pool;
  let filled: Filled;
  try {
    filled = await fill(session, options);
  } catch (error) {
    await session.end();
    throw error;
  }
  return {
    pool: shadow,
    ...filled,
    async close() {
      if (!session.ending) await session.end();
    },
  };
}

/** The view `people` of the migration `persons`, over the copied table. */
const PEOPLE = (from: string): string => {
  const columns =
    "id, source_id, active, user_name, user_name_key, display_name_key, external_id, employee_number_key, manager_ref";
  return `create temp view people as
    select ${columns}, source_id as manager_source_id, email_keys, document, array[id] as record_ids, created_at, modified_at
      from ${from}.users u where person_id is null and not exists (select from pg_temp.persons p where p.id = u.id)
    union all
    select ${columns}, manager_source_id, email_keys, document, record_ids, created_at, modified_at from pg_temp.persons`;
};

/**
 * Copies `persons` only if the rules differ. Otherwise the real table is read, because a copy would have many
 * rows.
 */
async function copyPersons(
  client: pg.PoolClient,
  from: string,
  { sources, dates }: Pick<ShadowOptions, "sources" | "dates">,
): Promise<Omit<Filled, "schema">> {
  const { rows: old } = await client.query(
    `select from ${from}.persons where rules is distinct from $1 limit 1`,
    [sources ?? null],
  );
  const { rows: same } = await client.query(`select from ${from}.schedule_rules where version = $1`, [
    dates ?? null,
  ]);
  const otherSources = sources !== undefined && old.length > 0;
  const otherDates = sources !== undefined && dates !== undefined && same.length === 0;
  if (!otherSources && !otherDates) return { otherSources, otherDates };
  // Without the index of digits, which no rehearsal needs.
  await client.query(
    `create temp table persons (like ${from}.persons including all excluding indexes, primary key (id));
     insert into pg_temp.persons select * from ${from}.persons`,
  );
  await client.query(PEOPLE(from));
  return { otherSources, otherDates };
}

async function fill(session: pg.Pool, { target, everybody, sources, dates }: ShadowOptions): Promise<Filled> {
  const { rows } = await session.query<{ schema: string }>("select quote_ident(current_schema()) as schema");
  const from = rows[0]!.schema;
  let other = { otherSources: false, otherDates: false };
  // One transaction, so that all copies are from the same snapshot.
  await inTransaction(
    session,
    async (client) => {
      const made = async (table: string, including: string, copied: string): Promise<void> => {
        await client.query(
          `create temp table ${table} (like ${from}.${table} including ${including}) with (fillfactor = 50)`,
        );
        if (copied !== "") await client.query(copied, [target]);
      };
      other = await copyPersons(client, from, {
        ...(sources === undefined ? {} : { sources }),
        ...(everybody && dates !== undefined ? { dates } : {}),
      });
      for (const table of COPIED)
        await made(
          table,
          "all",
          `insert into pg_temp.${table} select * from ${from}.${table} where target = $1`,
        );
      for (const table of EMPTY) await made(table, "all", "");
      await made(
        "entity_states",
        "all excluding indexes",
        `insert into pg_temp.entity_states (target, kind, entity_id, state, priority, next_at, due_since, desired_generation, observed_generation, reason_code, reason, notes, refused, holder, waiting_on, cause, in_hold, manager_key, causes)
         select target, kind, entity_id, case when ${IS_OPEN} then 'due' else state end, priority, case when ${IS_OPEN} then now() end, due_since, desired_generation, observed_generation,
           reason_code, reason, notes, refused, holder, case when ${IS_OPEN} then null else waiting_on end, cause, in_hold, manager_key, case when in_hold then causes else '{}' end
           from ${from}.entity_states where target = $1`,
      );
      await client.query(INDEXES);
      if (everybody) await client.query(MARK_EVERYBODY, [target]);
      await client.query(LEADERS_FIRST, [target]);
      // Provisional changes of the tree, which may be half of a rename, count as final.
      await client.query("update pg_temp.departments set settles_at = null where settles_at is not null");
      await client.query(`create temp table history (like ${from}.history)`);
      // The causes of entities in holds, and those that were merged into them. They show whether a source has
      // written such an entity since.
      await client.query(
        `with recursive cause(id) as (
           select unnest(s.causes) from pg_temp.entity_states s where s.in_hold
           union select unnest(e.causes) from cause k join ${from}.history e on e.id = k.id and e.code = 'marks.merged')
         insert into pg_temp.history select e.* from ${from}.history e where e.id in (select id from cause)`,
      );
      await client.query(
        "create function pg_temp.forget() returns trigger language plpgsql as $$ begin return null; end $$; create trigger history_forgets before insert on history for each row execute function pg_temp.forget()",
      );
      await client.query(ITEMS);
    },
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_sort = on",
  );
  await session.query("analyze links, departments, placements, person_departments, adoptions, entity_states");
  return { schema: from, ...other };
}

/**
 * The indexes that the loop uses. Pages have free space (fillfactor), so that claims update a row without
 * updating indexes, as in the real table.
 */
const INDEXES = `
  alter table entity_states add primary key (target, kind, entity_id);
  create index on entity_states (target, priority, next_at) where next_at is not null;
  create index on entity_states using gin (waiting_on) with (fastupdate = off) where waiting_on is not null;
  create index on entity_states (target, cause) where cause is not null;
  create index on entity_states (manager_key) where manager_key is not null`;

/**
 * SQL: a run would check the entity sooner or later. Parked entities are left out: they wait for a change of
 * the data.
 */
const IS_OPEN = "state in ('due', 'waiting', 'held')";

const MARK_EVERYBODY = `
  insert into entity_states as s (target, kind, entity_id, state, priority, next_at)
  select $1, m.kind, m.id, 'due', m.priority, now() from (
    select 'group' as kind, id, 1::smallint as priority from groups
    union all select 'user', id, 2::smallint from people
    union all select kind, entity_id, priority from entity_states where target = $1 and kind in ('department', 'role')) m
  on conflict (target, kind, entity_id) do update set state = 'due', next_at = now(), attempts = 0, waiting_on = null,
    desired_generation = s.desired_generation + 1`;

/**
 * Managers are checked before the people who report to them. Otherwise each person whose manager is missing
 * is checked twice (measured with 10,000 people: 11,600 checks instead of 14,900). It is done only for many
 * entities, because the order then differs from the loop's. It compares texts only, so it may match too many
 * people.
 */
const LEADERS_FIRST = `
  with many as (select count(*) > 2000 as are from entity_states where target = $1 and next_at is not null),
  named as (select distinct lower(manager_ref) as name from people where manager_ref is not null and active and (select are from many)),
  leaders(id) as (
    select coalesce(u.person_id, u.id) from users u join named n on n.name = u.id::text
    union select coalesce(u.person_id, u.id) from users u join named n on n.name = lower(u.external_id)
    union select coalesce(u.person_id, u.id) from users u join named n on n.name = u.employee_number_key)
  update entity_states s set priority = ${PRIORITY.structure} from leaders l
   where s.target = $1 and s.kind = 'user' and s.entity_id = l.id and s.next_at is not null`;

/** The writes of the loop in the copy, one row for each entity. */
const ITEMS = `
  create temp table plan_items (
    kind text not null, id uuid not null, action text not null, changes jsonb not null, held_by text, calls jsonb not null, primary key (kind, id))`;
