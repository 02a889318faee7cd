import type pg from "pg";
import type { Rules, RulesStore } from "../../reconcile/ports.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { FIRST_ID } from "../postgres/walk.ts";
import { appendEvents, eventColumns, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/* New rules, at the start of a process: whoever they may concern is looked at again. Rows are marked in slices, so that no statement runs for long. */

const SLICE = 5_000;

const KNOWN: Statement = {
  name: "renewal-known",
  text: "select mapping_version as mapping, mode, policy_version as policy from target_states where target = $1",
};

const REMEMBER: Statement = {
  name: "renewal-remember",
  text: `with done as (
    insert into target_states (target, mapping_version, mode, policy_version) values ($1, $2, $3, $4)
    on conflict (target) do update set mapping_version = excluded.mapping_version, mode = excluded.mode, policy_version = excluded.policy_version returning 1),
  events as (${appendEvents("(select value as event from done, json_array_elements($5::json)) w")})
  select 1 from done`,
};

/** A slice of the directory by id: those that were never marked for this target as well. */
const markDirectory = (table: "users" | "groups", kind: "user" | "group", priority: number): Statement => ({
  name: `renewal-${table}`,
  text: `with slice as (select r.id from ${table} r where r.id > $2 order by r.id limit ${SLICE}),
  marked as (${markDue(`(select '${kind}'::text as kind, slice.id as entity_id, ${priority}::smallint as priority, $3::uuid[] as causes from slice) m`, "$1::text[]")}),
  woken as (${wakeUp("marked")})
  select max(slice.id::text) as last, (select count(*) from marked) as n, (select count(*) from woken) as woken from slice`,
});

const MARK_GROUPS = markDirectory("groups", "group", PRIORITY.structure);
const MARK_PEOPLE = markDirectory("users", "user", PRIORITY.person);

/** Departments, roles, and whatever the directory no longer has but the target may. */
const MARK_STATES: Statement = {
  name: "renewal-states",
  text: `with slice as (
    select s.kind, s.entity_id, s.priority from entity_states s
     where s.target = $4 and (s.kind, s.entity_id) > ($5, $2::uuid) order by s.kind, s.entity_id limit ${SLICE}),
  marked as (${markDue(
    "(select slice.kind, slice.entity_id, slice.priority, $3::uuid[] as causes from slice where slice.kind in ('department', 'role')) m",
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select max((slice.kind || ':' || slice.entity_id::text) collate "C") as last, (select count(*) from marked) as n, (select count(*) from woken) as woken from slice`,
};

const MARK_HELD: Statement = {
  name: "renewal-held",
  text: `with done as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0,
      desired_generation = s.desired_generation + 1, due_since = coalesce(s.due_since, now()), causes = s.causes || $2::uuid[]
     where s.target = $1 and s.state = 'held' returning 1),
  woken as (${wakeUp("done")})
  select count(*) as n, (select count(*) from woken) as woken from done`,
};

/** Those who have left and are there still: another policy may have another end for them. */
const MARK_LEAVERS: Statement = {
  name: "renewal-leavers",
  text: `with marked as (${markDue(
    `(select 'user'::text as kind, l.id as entity_id, ${PRIORITY.urgent}::smallint as priority, $3::uuid[] as causes from (
        select u.id from users u join links own on own.target = $2 and own.kind = 'user' and own.entity_id = u.id where not u.active
        union select g.entity_id from links g where g.target = $2 and g.kind = 'user' and g.grace_until is not null) l) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select count(*) as n, (select count(*) from woken) as woken from marked`,
};

interface Slice extends pg.QueryResultRow {
  last: string | null;
  n: number;
}

export function createRenewal(pool: pg.Pool, target: string): RulesStore {
  async function markAll(causes: readonly string[]): Promise<number> {
    let marked = 0;
    for (const statement of [MARK_GROUPS, MARK_PEOPLE]) {
      for (let last: string | null = FIRST_ID; last !== null; ) {
        const [slice]: Slice[] = await run<Slice>(pool, statement, [[target], last, causes]);
        marked += slice!.n;
        last = slice!.last;
      }
    }
    let kind = "";
    for (let last = FIRST_ID; ; ) {
      const [slice] = await run<Slice>(pool, MARK_STATES, [[target], last, causes, target, kind]);
      marked += slice!.n;
      if (slice!.last === null) return marked;
      [kind, last] = slice!.last.split(":") as [string, string];
    }
  }

  return {
    async rules() {
      const [row] = await run<{ [Name in keyof Rules]: string | null }>(pool, KNOWN, [target]);
      return Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== null));
    },

    markAll,

    async markHeld(causes) {
      // However many are held: a statement of its own may have too little time.
      return inTransaction(pool, async (client) => {
        const [held] = await run<{ n: number }>(client, MARK_HELD, [target, causes]);
        const [leavers] = await run<{ n: number }>(client, MARK_LEAVERS, [[target], target, causes]);
        return held!.n + leavers!.n;
      });
    },

    async remember({ mapping, mode, policy }, events) {
      await run(pool, REMEMBER, [target, mapping, mode, policy, JSON.stringify(events.map(eventColumns))]);
    },
  };
}
