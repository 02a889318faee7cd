import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import { startDeadline } from "../../../core/deadline.ts";
import type { EntityKind } from "../../../core/entity.ts";
import type { Meter } from "../../../core/meter.ts";
import type { Guard } from "../../../reconcile/guard/guard.ts";
import type { SyncMode } from "../../../reconcile/policy.ts";
import type { ReconcileStore } from "../../../reconcile/ports.ts";
import type { Rules } from "../../../reconcile/rules/store.ts";
import type { Refusals } from "../../../reconcile/run/plan/refusal.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import { isActivePerson } from "../../references.ts";
import type { Vault } from "../../vault.ts";
import { FORGOTTEN, markDue, PRIORITY } from "../../write-sql.ts";
import { createGuard } from "../guard/guard.ts";
import { WRITTEN_LEAVERS } from "../guard/rules-change.ts";
import type { Place } from "../liveness.ts";
import { deadlineOf, termMs } from "./lease.ts";
import { createRunWrites } from "./run-writes.ts";
import { createHolders } from "./value-holders.ts";

/*
 * Which entity is next. `entity_states` is the queue; a claim is a lease on one of its rows. The lease has an id of its own for each run,
 * and every later write checks it (fencing). It also has the number of the worker. run-writes.ts and run-ends.ts write under the lease.
 */

/** Longer than the wait for the rate limit and the time-outs of a few calls. A run with many calls prolongs its lease. */
export const LEASE_MS = 120_000;

/**
 * Whether the rules of this process are not in force, or may not write yet (reconcile/rules). In `observe` nothing is written. `at`: number
 * of the first of three parameters (mapping, policy, mode), which are null where no rules are given.
 */
const OTHER_RULES = (at: number): string => `
  $${at}::text is not null and (t.mapping_version <> $${at}::text or t.policy_version <> $${at + 1}::text
    or ($${at + 2}::text <> 'observe' and coalesce(t.ordered_mode, '') <> 'observe'
      and (t.written_mapping is distinct from $${at}::text or t.written_policy is distinct from $${at + 1}::text)))`;

/**
 * Whether the rules of this process are held, and do not decide about leavers as the written ones do. `at`: number of the parameter with the digest
 * of its rules about leavers.
 */
const OTHER_LEAVERS = (at: number): string => `$${at}::text is distinct from (${WRITTEN_LEAVERS})`;

/** Nobody claims while the target is paused or stopped, or while the condition `others` holds, over its row `t`. */
const isClosed = (others: string): string =>
  `exists (select 1 from target_states t where t.target = $1 and (t.paused_until > now() or t.halted_at is not null or ${others}))`;

/** Leases on the entities of the FROM item `picked`. */
const LEASED = `
  insert into entity_states as s (target, kind, entity_id, state, lease, leased_until, worker)
  select target, kind, entity_id, 'due', gen_random_uuid(), now() + $4::float8 * interval '1 ms', $3 from picked
  on conflict (target, kind, entity_id) do update set lease = excluded.lease, leased_until = excluded.leased_until, worker = excluded.worker
  returning s.kind, s.entity_id, s.lease, s.desired_generation as generation, s.attempts, s.causes, s.recheck_at is not null as unsettled, s.refused, s.cause, s.in_hold,
    (select t.ordered_mode from target_states t where t.target = $1) as ordered_mode`;

/**
 * Takes leases on due entities. Entities of a dead worker are not taken: `keepAlive` frees them first, with an outcome for calls that may
 * have been sent (liveness.ts). The commit does not wait for the disk, because a lease that is lost in a crash of the database belongs to
 * nobody. The commit of an intent does wait, and writes the lease to the disk too.
 */
const CLAIM: Statement = {
  name: "claim",
  text: `with relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
  picked as (
    select s.target, s.kind, s.entity_id from entity_states s
     where (select true from relaxed) and s.target = $1 and s.next_at <= now() and s.lease is null
       and not ${isClosed(OTHER_RULES(5))}
     order by s.priority, s.next_at limit $2 for update of s skip locked)
  ${LEASED}`,
};

const IS_DUE_LEAVER = `s.target = $1 and s.kind = 'user' and s.next_at <= now() and s.lease is null and not ${isActivePerson("s.entity_id")}`;

/**
 * The same for people who are inactive or gone in the directory, and nobody else. They are marked as urgent, and a leaver in a grace becomes due at
 * its end. Other people may wait in any number, so they are not looked through.
 */
const CLAIM_LEAVERS: Statement = {
  name: "claim-leavers",
  text: `with relaxed as materialized (select set_config('synchronous_commit', 'off', true)),
  known as materialized (
    (select s.entity_id from entity_states s where ${IS_DUE_LEAVER} and s.priority = ${PRIORITY.urgent} order by s.next_at limit $2)
    union
    (select g.entity_id from links g cross join lateral (
        select s.entity_id from entity_states s where ${IS_DUE_LEAVER} and s.entity_id = g.entity_id) s
      where g.target = $1 and g.kind = 'user' and g.grace_until <= now() limit $2)),
  picked as (
    select s.target, s.kind, s.entity_id from known k join entity_states s on s.target = $1 and s.kind = 'user' and s.entity_id = k.entity_id
     where (select true from relaxed) and s.next_at <= now() and s.lease is null and not ${isClosed(OTHER_LEAVERS(5))}
     order by s.priority, s.next_at limit $2 for update of s skip locked)
  ${LEASED}`,
};

/**
 * Milliseconds until the next entity is due. It reads one entry of the index for each priority, so its cost does not grow with the number
 * of entities.
 */
const NEXT_DUE: Statement = {
  name: "next-due",
  text: `select greatest(0, extract(epoch from greatest(min(first.at), (select t.paused_until from target_states t where t.target = $1)) - now()) * 1000)::float8 as ms
    from unnest(array[${Object.values(PRIORITY).join(", ")}]::smallint[]) as p(priority),
      lateral (select s.next_at as at from entity_states s
                where s.target = $1 and s.priority = p.priority and s.next_at is not null and s.lease is null order by s.next_at limit 1) first
    having count(first.at) > 0 and not exists (select 1 from target_states t where t.target = $1 and (t.halted_at is not null or ${OTHER_RULES(2)}))`,
};

const DISTRUST: Statement = {
  name: "run-distrust",
  text: `with doubted as (
    select l.kind, l.entity_id from links l where l.target = $1 and l.kind = $2 and l.remote_id = any($3::text[]) and l.status = 'owned'),
  locked as materialized (
    select 1 from doubted d cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = d.kind and s.entity_id = d.entity_id for update) l),
  forgotten as (
    update links l set ${FORGOTTEN} from doubted d where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = d.kind and l.entity_id = d.entity_id),
  marked as (${markDue(`(select d.kind, d.entity_id, ${PRIORITY.structure}::smallint as priority, $4::uuid[] as causes from doubted d) m`, "array[$1::text]")})
  select d.entity_id as id from doubted d`,
};
const RELEASE: Statement = {
  name: "run-release",
  text: "update entity_states set lease = null, leased_until = null, worker = null where target = $1 and kind = $2 and entity_id = $3 and lease = $4",
};

interface ClaimRow extends pg.QueryResultRow {
  kind: EntityKind;
  entity_id: string;
  lease: string;
  generation: number;
  attempts: number;
  causes: string[];
  unsettled: boolean;
  refused: string | null;
  cause: string | null;
  ordered_mode: SyncMode | null;
  in_hold: boolean;
}

type Claims = Guard &
  Pick<
    ReconcileStore,
    "claim" | "nextDueMs" | "begin" | "beginSetting" | "finish" | "release" | "holder" | "asked" | "refused" | "distrust"
  >;

export interface ClaimOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly callLifeMs: number;
  readonly place: Place;
  readonly rehearsed: boolean;
  readonly meter: Meter | undefined;
  /** The rules of this process. It claims nothing while other rules are in force. Undefined: not checked. */
  readonly rules: (Rules & { readonly leavers?: string }) | undefined;
  readonly vault: Vault;
}

/** `worker`: the number under which this process has its leases. */
export function createClaims(
  pool: Pool,
  target: string,
  worker: number,
  { clock, leaseMs, callLifeMs, place, rehearsed, meter, rules, vault }: ClaimOptions,
): Claims {
  const ownRules = [rules?.mapping, rules?.policy, rules?.mode];

  const claimed = (limit: number, whom: "leavers" | undefined): Promise<ClaimRow[]> => {
    const lease = [target, limit, worker, leaseMs];
    return whom
      ? run<ClaimRow>(pool.byKey, CLAIM_LEAVERS, [...lease, rules?.leavers])
      : run<ClaimRow>(pool.byKey, CLAIM, [...lease, ...ownRules]);
  };

  return {
    async claim(limit, whom) {
      if (place.lost) return [];
      // The clock starts before the statement is sent, and the lease begins later.
      const first = startDeadline(clock, termMs(leaseMs));
      const { term } = place;
      const rows = await claimed(limit, whom);
      return rows.map((row) => ({
        ref: { kind: row.kind, id: row.entity_id },
        lease: row.lease,
        generation: row.generation,
        attempts: row.attempts,
        causes: row.causes,
        deadline: deadlineOf(pool, { target, kind: row.kind, id: row.entity_id, lease: row.lease }, { first, leaseMs, clock, place, term }),
        unsettled: row.unsettled,
        ...(row.ordered_mode === null ? {} : { orderedMode: row.ordered_mode }),
        ...(row.refused === null ? {} : { refused: JSON.parse(row.refused) as Refusals }),
        cause: row.cause ?? undefined,
        inHold: row.in_hold,
        ...(whom ? { whom } : {}),
      }));
    },

    async nextDueMs() {
      const [row] = await run<{ ms: number | null }>(pool, NEXT_DUE, [target, ...ownRules]);
      return row?.ms ?? undefined;
    },

    ...createRunWrites(pool, target, { callLifeMs, rehearsed, meter, clock, vault }),
    ...createGuard(pool, { target, vault }, clock),
    ...createHolders(pool, target, vault),

    async release(claim) {
      await run(pool, RELEASE, [target, claim.ref.kind, claim.ref.id, claim.lease]);
    },

    async distrust(kind, remoteIds, causes) {
      return (await run<{ id: string }>(pool, DISTRUST, [target, kind, remoteIds, causes])).map(({ id }) => id);
    },
  };
}
