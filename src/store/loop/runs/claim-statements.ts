import type { Statement } from "../../postgres/statement.ts";
import { isActivePerson } from "../../references.ts";
import { PRIORITY } from "../../write-sql.ts";
import { WRITTEN_LEAVERS } from "../guard/rules-change.ts";

/* Who claims what: everything that is due, or only leavers while the rules of the process are held. */

/**
 * Whether the rules of this process are not in force, or may not write yet (reconcile/rules). In `observe`
 * nothing is written. `at`: number of the first of three parameters (mapping, policy, mode), which are null
 * where no rules are given.
 */
const OTHER_RULES = (at: number): string => `
  $${at}::text is not null and (t.mapping_version <> $${at}::text or t.policy_version <> $${at + 1}::text
    or ($${at + 2}::text <> 'observe' and coalesce(t.ordered_mode, '') <> 'observe'
      and (t.written_mapping is distinct from $${at}::text or t.written_policy is distinct from $${at + 1}::text)))`;

/**
 * Whether the rules of this process are held, and do not decide about leavers as the written ones do. `at`:
 * number of the parameter with the digest of its rules about leavers.
 */
const OTHER_LEAVERS = (at: number): string => `$${at}::text is distinct from (${WRITTEN_LEAVERS})`;

/**
 * Nobody claims while the target is paused or stopped, or while the condition `others` holds, over its row
 * `t`.
 */
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
 * Takes leases on due entities. Entities of a dead worker are not taken: `keepAlive` frees them first, with
 * an outcome for calls that may have been sent (liveness.ts). The commit does not wait for the disk, because
 * a lease that is lost in a crash of the database belongs to nobody. The commit of an intent does wait, and
 * writes the lease to the disk too.
 */
export const CLAIM: Statement = {
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
 * The same for people who are inactive or gone in the directory, and nobody else. They are marked as urgent,
 * and a leaver in a grace becomes due at its end. Other people may wait in any number, so they are not looked
 * through.
 */
export const CLAIM_LEAVERS: Statement = {
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
 * Milliseconds until the next entity is due. It reads one entry of the index for each priority, so its cost
 * does not grow with the number of entities.
 */
export const NEXT_DUE: Statement = {
  name: "next-due",
  text: `select greatest(0, extract(epoch from greatest(min(first.at), (select t.paused_until from target_states t where t.target = $1)) - now()) * 1000)::float8 as ms
    from unnest(array[${Object.values(PRIORITY).join(", ")}]::smallint[]) as p(priority),
      lateral (select s.next_at as at from entity_states s
                where s.target = $1 and s.priority = p.priority and s.next_at is not null and s.lease is null order by s.next_at limit 1) first
    having count(first.at) > 0 and not exists (select 1 from target_states t where t.target = $1 and (t.halted_at is not null or ${OTHER_RULES(2)}))`,
};
