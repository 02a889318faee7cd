import type pg from "pg";
import type { Limits } from "../../../policy/policy.ts";
import type { SyncMode } from "../../../reconcile/policy.ts";
import type { RulesStore } from "../../../reconcile/rules/store.ts";
import { inTransaction, run, type Statement } from "../../postgres/statement.ts";
import { FIRST_ID } from "../../postgres/walk.ts";
import { appendEvents, eventColumns, markDue, PRIORITY, wakeUp } from "../../write-sql.ts";

/*
 * New rules at the start of a process: entities that they may concern become due. Rows are marked in slices, so that no statement runs for
 * long.
 */

const SLICE = 5_000;

/** The digest of the rules about leavers that may write, in the row `t`. Null if it was stored with other rules than the present ones. */
export const WRITTEN_LEAVERS =
  "case when starts_with(t.written_leavers, t.written_mapping || ' ' || t.written_policy || ' ') then split_part(t.written_leavers, ' ', 3) end";

const KNOWN: Statement = {
  name: "renewal-known",
  text: `select mapping_version as mapping, mode, policy_version as policy, marked, ordered_mode, written_mapping, written_policy, written_limits, ${WRITTEN_LEAVERS} as written_leavers
    from target_states t where target = $1`,
};

const PUT_IN_FORCE: Statement = {
  name: "renewal-in-force",
  text: `with done as (
    insert into target_states (target, mapping_version, mode, policy_version, marked) values ($1, $2, $3, $4, false)
    on conflict (target) do update set mapping_version = excluded.mapping_version, mode = excluded.mode, policy_version = excluded.policy_version, marked = false
    returning 1)
  ${appendEvents("(select value as event from done, json_array_elements($5::json)) w")}`,
};
const END_MARKING: Statement = { name: "renewal-marked", text: "update target_states set marked = true where target = $1" };
const LET_WRITE: Statement = {
  name: "renewal-let-write",
  text: `insert into target_states (target, written_mapping, written_policy, written_limits, written_leavers)
    values ($1, $2::text, $3::text, $4, $2::text || ' ' || $3::text || ' ' || $5::text)
    on conflict (target) do update set written_mapping = excluded.written_mapping, written_policy = excluded.written_policy,
      written_limits = excluded.written_limits, written_leavers = excluded.written_leavers`,
};

/** A slice of the directory in the order of ids. It includes entities that were never marked for this target. */
const markDirectory = (table: "users" | "groups", kind: "user" | "group", priority: number): Statement => ({
  name: `renewal-${table}`,
  text: `with slice as (select r.id from ${table} r where r.id > $2 order by r.id limit ${SLICE}),
  marked as (${markDue(`(select '${kind}'::text as kind, slice.id as entity_id, ${priority}::smallint as priority, $3::uuid[] as causes from slice) m`, "$1::text[]")}),
  woken as (${wakeUp("marked")})
  select max(slice.id::text) as last, (select count(*) from marked) as n, (select count(*) from woken) as woken from slice`,
});

const MARK_GROUPS = markDirectory("groups", "group", PRIORITY.structure);
const MARK_PEOPLE = markDirectory("users", "user", PRIORITY.person);

/** Departments and roles that have a state, in slices of all states. They include those that have to be removed. */
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

/** Leavers who are still at the target: a changed policy may treat them in another way. */
const MARK_LEAVERS: Statement = {
  name: "renewal-leavers",
  text: `with marked as (${markDue(
    `(select 'user'::text as kind, l.id as entity_id, ${PRIORITY.urgent}::smallint as priority, $3::uuid[] as causes from (
        select u.id from people u join links own on own.target = $2 and own.kind = 'user' and own.entity_id = u.id where not u.active
        union select g.entity_id from links g where g.target = $2 and g.kind = 'user' and g.grace_until is not null) l) m`,
    "$1::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select count(*) as n, (select count(*) from woken) as woken from marked`,
};

interface KnownRow extends pg.QueryResultRow {
  mapping: string | null;
  mode: string | null;
  policy: string | null;
  marked: boolean;
  ordered_mode: SyncMode | null;
  written_mapping: string | null;
  written_policy: string | null;
  written_limits: string | null;
  written_leavers: string | null;
}

interface Slice extends pg.QueryResultRow {
  last: string | null;
  n: number;
}

type Renewal = Pick<RulesStore, "rules" | "putInForce" | "markAll" | "markHeld" | "endMarking" | "letWrite">;

export function createRenewal(pool: pg.Pool, target: string): Renewal {
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
      const [row] = await run<KnownRow>(pool, KNOWN, [target]);
      if (!row) return { inForce: {}, marked: true };
      const { mapping, mode, policy, marked, ordered_mode, written_mapping, written_policy, written_limits, written_leavers } = row;
      const inForce = { ...(mapping && { mapping }), ...(mode && { mode }), ...(policy && { policy }) };
      const written = written_mapping && {
        mapping: written_mapping,
        ...(written_policy && { policy: written_policy }),
        ...(written_limits && { limits: JSON.parse(written_limits) as Limits }),
        ...(written_leavers && { leavers: written_leavers }),
      };
      return { inForce, marked, ...(ordered_mode && { orderedMode: ordered_mode }), ...(written && { written }) };
    },

    async putInForce({ mapping, mode, policy }, events) {
      await run(pool, PUT_IN_FORCE, [target, mapping, mode, policy, JSON.stringify(events.map(eventColumns))]);
    },

    async endMarking() {
      await run(pool, END_MARKING, [target]);
    },

    async letWrite({ mapping, policy, limits, leavers }) {
      await run(pool, LET_WRITE, [target, mapping, policy, JSON.stringify(limits), leavers]);
    },

    markAll,

    async markHeld(causes) {
      // Any number of entities may be held. A statement in a transaction has more time than one alone.
      return inTransaction(pool, async (client) => {
        const [held] = await run<{ n: number }>(client, MARK_HELD, [target, causes]);
        const [leavers] = await run<{ n: number }>(client, MARK_LEAVERS, [[target], target, causes]);
        return held!.n + leavers!.n;
      });
    },
  };
}
