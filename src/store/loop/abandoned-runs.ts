import type { Statement } from "../postgres/statement.ts";
import { FORGOTTEN } from "../write-sql.ts";
import { REQUEUE } from "./runs/requeue.ts";

/* Statements that free the work of dead workers. */

/** First key of the advisory locks of workers. No other lock of this server uses it. */
export const WORKER_LOCKS = 72_707_370;

/**
 * The lock is shared, although only one worker has the number. When a connection breaks in the network, its
 * session may stay at the database for hours. With an exclusive lock the worker would wait for its own lost
 * session.
 */
export const LOCK: Statement = { name: "worker-lock", text: "select pg_advisory_lock_shared($1, $2)" };

/**
 * A UUID version 7 of this moment, in the form of `uuidv7` of core. PostgreSQL before version 18 has no
 * function for it.
 */
const NEW_ID = `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid`;

/**
 * DingTalk does not carry out a call later than this after it was sent without an answer, in milliseconds.
 * Time-outs of proxies and of DingTalk are shorter. DingTalk does not document this, so the nightly
 * comparison is a second check.
 */
export const CALL_LIFE_MS = 15 * 60_000;

/**
 * Frees entities whose run cannot continue: the lease has ended; this worker ($1) no longer knows the run (it
 * knows the leases $2); or the worker of the run is dead. A worker without its lock counts as dead when the
 * previous check saw it without a lock too ($3): until then a living worker has noticed the loss and sends
 * nothing. If a write may have been sent, its intent gets the outcome `unknown`, and the stored observation
 * is dropped (docs/threats.md I6, F37). It is dropped once more after the longest life of a call ($4).
 */
export const FREE_ABANDONED: Statement = {
  name: "free-abandoned",
  text: `with abandoned as (
    select s.target, s.kind, s.entity_id, s.intent, s.attempts, s.worker,
           s.leased_until < now() or s.worker = $1 or s.worker = any($3::int[]) as surely
      from entity_states s
     where s.lease is not null
       and (s.leased_until < now() or s.worker = $1 and s.lease <> all($2::uuid[])
            or s.worker <> $1 and not exists (
              select 1 from pg_locks l where l.locktype = 'advisory' and l.classid = ${WORKER_LOCKS} and l.objid::bigint = s.worker and l.granted
                 and l.database = (select oid from pg_database where datname = current_database())))
     for update skip locked),
  lost as (select * from abandoned where surely),
  freed as (
    update entity_states s set lease = null, leased_until = null, worker = null, intent = null, next_at = coalesce(s.next_at, now()),
      recheck_at = case when lost.intent is null then s.recheck_at else now() + $4::float8 * interval '1 ms' end from lost
     where s.target = lost.target and s.kind = lost.kind and s.entity_id = lost.entity_id),
  settled as (
    insert into history (id, at, code, actor, causes, subject_kind, subject, target, attempt, outcome, detail)
    select ${NEW_ID}, now(), 'target.outcome', 'worker', array[lost.intent], lost.kind, lost.entity_id, lost.target, lost.attempts + 1, 'unknown', h.detail
      from lost left join history h on h.id = lost.intent where lost.intent is not null
    on conflict do nothing),
  forgotten as (
    update links l set ${FORGOTTEN} from lost
     where lost.intent is not null and l.target = lost.target and l.kind = lost.kind and l.entity_id = lost.entity_id)
  select count(*) as freed, (select coalesce(array_agg(distinct a.worker), '{}') from abandoned a where not a.surely) as suspects from lost`,
};

/**
 * Entities with an unanswered call that cannot be carried out any more. Their stored observation is dropped,
 * and they become due. An entity with a running run comes later.
 */
export const RECHECK: Statement = {
  name: "recheck",
  text: `with late as (
    select s.target, s.kind, s.entity_id from entity_states s where s.target = $1 and s.recheck_at <= now() and s.lease is null
     order by s.recheck_at limit 1000 for update skip locked),
  forgotten as (
    update links l set ${FORGOTTEN} from late where l.target = late.target and l.kind = late.kind and l.entity_id = late.entity_id),
  looked as (
    update entity_states s set ${REQUEUE}, recheck_at = null from late
     where s.target = late.target and s.kind = late.kind and s.entity_id = late.entity_id returning 1)
  select count(*) as looked from looked`,
};

/**
 * docs/threats.md I4: each entity that is due or waiting has a time or a run, and each entity in sync is at
 * its newest generation. Entities that break one of these rules become due.
 */
export const REPAIR: Statement = {
  name: "repair-states",
  text: `with faulty as (
    update entity_states s set state = 'due', next_at = now(), due_since = coalesce(s.due_since, now())
     where s.target = $1 and s.lease is null
       and (s.state in ('due', 'waiting') and s.next_at is null or s.state = 'inSync' and s.observed_generation <> s.desired_generation)
    returning 1)
  select count(*) as repaired from faulty`,
};
