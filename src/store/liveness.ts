import type pg from "pg";
import { run, type Statement } from "./postgres.ts";

/*
 * Which workers live, and what becomes of the work of those that do not. A worker shows that it lives by a session advisory lock under its number:
 * PostgreSQL lets go of it the moment the process is gone, so that nobody waits for a lease to end.
 */

/** First key of the workers' advisory locks, so that they meet no others. */
const WORKER_LOCKS = 72_707_370;

const LOCK: Statement = { name: "worker-lock", text: "select pg_advisory_lock($1, $2)" };

/** A UUID version 7 of this moment, as `uuidv7` of core makes them; servers before 18 have none. */
const NEW_ID = `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid`;

/**
 * Gives back what is held by dead workers, by leases that ended, and by this worker ($1) for runs it no longer knows (leases $2 are the ones it does).
 * Where a write may have been sent, its intent gets the outcome `unknown`, and what was observed before is forgotten (safety.md I6, F37).
 */
const FREE_ABANDONED: Statement = {
  name: "free-abandoned",
  text: `with lost as (
    select s.target, s.kind, s.entity_id, s.intent, s.attempts from entity_states s
     where s.lease is not null
       and (s.leased_until < now() or s.worker = $1 and s.lease <> all($2::uuid[])
            or s.worker <> $1 and not exists (
              select 1 from pg_locks l where l.locktype = 'advisory' and l.classid = ${WORKER_LOCKS} and l.objid::bigint = s.worker and l.granted
                 and l.database = (select oid from pg_database where datname = current_database())))
     for update skip locked),
  freed as (
    update entity_states s set lease = null, leased_until = null, worker = null, intent = null, next_at = coalesce(s.next_at, now()) from lost
     where s.target = lost.target and s.kind = lost.kind and s.entity_id = lost.entity_id),
  settled as (
    insert into history (id, at, code, actor, causes, subject_kind, subject, target, attempt, outcome, detail)
    select ${NEW_ID}, now(), 'target.outcome', 'worker', array[lost.intent], lost.kind, lost.entity_id, lost.target, lost.attempts + 1, 'unknown', h.detail
      from lost left join history h on h.id = lost.intent where lost.intent is not null),
  forgotten as (
    update links l set attributes = null from lost
     where lost.intent is not null and l.target = lost.target and l.kind = lost.kind and l.entity_id = lost.entity_id)
  select count(*) as freed from lost`,
};

/** I4 of safety.md: whatever is due or waiting has a time or a run, and what is in sync is so at the newest generation. Both are made so again. */
const REPAIR: Statement = {
  name: "repair-states",
  text: `with faulty as (
    update entity_states s set state = 'due', next_at = now(), due_since = coalesce(s.due_since, now())
     where s.target = $1 and s.lease is null
       and (s.state in ('due', 'waiting') and s.next_at is null or s.state = 'inSync' and s.observed_generation <> s.desired_generation)
    returning 1)
  select count(*) as repaired from faulty`,
};

export interface Liveness {
  /** Shows that this worker lives and frees what was abandoned; `leases` are those of its own running work. To be called every few seconds. */
  keepAlive(leases: readonly string[]): Promise<{ readonly freed: number }>;
  /** Puts entities that lost their place among the five states back to work; how many there were. Ought to find none. */
  repair(): Promise<number>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

export function createLiveness(pool: pg.Pool, target: string, worker: number): Liveness {
  let holder: pg.PoolClient | undefined;

  async function holdLock(): Promise<void> {
    if (holder) return;
    const client = await pool.connect();
    // With the connection the lock is gone; the next sign of life takes it again.
    client.on("error", (error) => {
      if (holder !== client) return;
      holder = undefined;
      client.release(error);
    });
    try {
      await run(client, LOCK, [WORKER_LOCKS, worker]);
    } catch (error) {
      client.release(true);
      throw error;
    }
    holder = client;
  }

  return {
    async keepAlive(leases) {
      await holdLock();
      const [row] = await run<{ freed: number }>(pool, FREE_ABANDONED, [worker, leases]);
      return { freed: row!.freed };
    },

    async repair() {
      const [row] = await run<{ repaired: number }>(pool, REPAIR, [target]);
      return row!.repaired;
    },

    async close() {
      const client = holder;
      holder = undefined;
      client?.release(true);
    },
  };
}
