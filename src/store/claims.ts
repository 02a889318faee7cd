import { randomInt } from "node:crypto";
import type pg from "pg";
import type { EntityKind } from "../core/entity.ts";
import type { Claim, Finish, ReconcileStore } from "../reconcile/ports.ts";
import { inTransaction, type Queryable, run, type Statement } from "./postgres.ts";
import { eventRow, PRIORITY } from "./sql.ts";

/*
 * The life of a run: claim, begin, finish. `entity_states` is the queue and the truth; a claim is a lease on a row. The lease names the run (fencing:
 * every later write checks it) and the worker, whose liveness is a session advisory lock: what a killed worker held is free again at once.
 */

/** Longer than any single run may take: limiter wait plus time-outs of a few calls. */
const LEASE_SECONDS = 120;
/** First key of the workers' advisory locks, so that they meet no others. */
const WORKER_LOCKS = 72_707_370;

const CLAIM: Statement = {
  name: "claim",
  text: `with picked as (
    select s.target, s.kind, s.entity_id from entity_states s
     where s.target = $1 and s.next_at <= now() and (s.leased_until is null or s.leased_until < now())
       and not exists (select 1 from target_states t where t.target = $1 and t.paused_until > now())
     order by s.priority, s.next_at limit $2 for update skip locked)
  update entity_states s set lease = gen_random_uuid(), leased_until = now() + interval '${LEASE_SECONDS} s', worker = $3
    from picked p where s.target = p.target and s.kind = p.kind and s.entity_id = p.entity_id
  returning s.kind, s.entity_id, s.lease, s.desired_generation as generation, s.attempts, s.causes`,
};

const NEXT_DUE: Statement = {
  name: "next-due",
  text: `select greatest(0, extract(epoch from greatest(min(s.next_at), (select t.paused_until from target_states t where t.target = $1)) - now()) * 1000)::float8 as ms
    from entity_states s where s.target = $1 and s.next_at is not null and s.leased_until is null`,
};

const FREE_DEAD: Statement = {
  name: "free-dead-workers",
  text: `update entity_states s set lease = null, leased_until = null, worker = null
    where s.worker is not null and s.worker <> $1
      and not exists (select 1 from pg_locks l where l.locktype = 'advisory' and l.classid = ${WORKER_LOCKS} and l.objid::bigint = s.worker and l.granted
                        and l.database = (select oid from pg_database where datname = current_database()))`,
};

const BEGIN: Statement = {
  name: "begin",
  text: `with mine as (
    select target, kind, entity_id from entity_states
     where target = $1 and kind = $2 and entity_id = $3 and lease = $4 for update),
  intent as (insert into history select e.* from json_populate_record(null::history, $5::json) e, mine),
  linked as (
    insert into links (target, kind, entity_id, remote_id, status) select target, kind, entity_id, $7, 'intended' from mine where $6::boolean
    on conflict (target, kind, entity_id) do update set remote_id = coalesce(links.remote_id, excluded.remote_id), status = 'intended', attributes = null)
  select 1 from mine`,
};

/** Parameters: 1-3 entity, 4 lease, 5 generation, 6 state, 7 next in ms, 8 attempts, 9 reason, 10 remedy, 11 waiting on, 12 answer, 13 notes, 14 event, 15 causes dealt with. */
const FINISH: Statement = {
  name: "finish",
  text: `with mine as (
    select target, kind, entity_id from entity_states
     where target = $1 and kind = $2 and entity_id = $3 and lease = $4 for update),
  event as (insert into history select e.* from json_populate_record(null::history, $14::json) e, mine where $14 is not null)
  update entity_states s set
    lease = null, leased_until = null, worker = null,
    state = case when s.desired_generation = $5 then $6 else 'due' end,
    next_at = case when s.desired_generation <> $5 then now() when $7::float8 is null then null else now() + $7::float8 * interval '1 ms' end,
    observed_generation = case when $6 = 'inSync' then $5 else s.observed_generation end,
    settled_at = case when $6 = 'inSync' then now() else s.settled_at end,
    latency_ms = case when $6 = 'inSync' and s.due_since is not null then extract(epoch from now() - s.due_since) * 1000 else s.latency_ms end,
    due_since = case when $6 <> 'inSync' then s.due_since when s.desired_generation = $5 then null else now() end,
    causes = case when $6 = 'inSync' then array(select c from unnest(s.causes) c where c <> all($15::uuid[])) else s.causes end,
    priority = case when $6 = 'inSync' and s.desired_generation = $5 then case when s.kind = 'user' then ${PRIORITY.person} else ${PRIORITY.structure} end else s.priority end,
    attempts = $8, reason = $9, remedy = $10, waiting_on = $11, last_answer = coalesce($12, s.last_answer), notes = $13
   from mine where s.target = mine.target and s.kind = mine.kind and s.entity_id = mine.entity_id
  returning s.desired_generation = $5 as settled`,
};

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

const PUT_LINK = statement(
  "put-link",
  `insert into links (target, kind, entity_id, remote_id, status, presence, attributes, containers, observed_at)
   values ($1, $2, $3, $4, 'owned', $5, $6, $7, now())
   on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', presence = excluded.presence,
     attributes = excluded.attributes, containers = excluded.containers, observed_at = now()`,
);
const FORGET_OBSERVATION = statement("forget", "update links set attributes = null where target = $1 and kind = $2 and entity_id = $3");
const REMOVE_LINK = statement("remove-link", "delete from links where target = $1 and kind = $2 and entity_id = $3");
const REMOVE_STATE = statement(
  "remove-state",
  "delete from entity_states where target = $1 and kind = $2 and entity_id = $3 and desired_generation = $4",
);
const REMOVE_NODE = statement(
  "remove-node",
  `delete from departments d where d.target = $1 and d.id = $2 and not d.present
     and not exists (select 1 from departments c where c.parent_id = d.id) and not exists (select 1 from placements p where p.department_id = d.id)
     and not exists (select 1 from person_departments p where p.department_id = d.id)`,
);

/** Wakes whoever waits for this entity, and, for a person, those who report to them. */
const WAKE_DEPENDENTS = statement(
  "wake-dependents",
  `update entity_states s set state = 'due', next_at = now(), waiting_on = null, attempts = 0, desired_generation = s.desired_generation + 1,
     due_since = coalesce(s.due_since, now()), causes = s.causes || $3::uuid[]
    where s.target = $1 and (s.kind, s.entity_id) in (
      select w.kind, w.entity_id from entity_states w where w.target = $1 and w.waiting_on @> array[$2::uuid]
      union
      select 'user', r.id from users m join users r on r.source_id = m.source_id
        and r.manager_ref in (m.id::text, m.external_id, m.document#>>'{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}')
       where m.id = $2 and r.id <> m.id
      union
      select 'user', l.entity_id from links m join links l on l.target = m.target and l.kind = 'user' and l.attributes->>'manager' = m.remote_id
       where m.target = $1 and m.kind = 'user' and m.entity_id = $2)`,
);
/** Wakes departments and roles of ours that wait to be removed and have just lost an occupant. */
const WAKE_CONTAINERS = statement(
  "wake-containers",
  `update entity_states s set state = 'due', next_at = now(), attempts = 0
     from links l
    where l.target = $1 and s.target = l.target and s.kind = l.kind and s.entity_id = l.entity_id and s.state = 'waiting'
      and (l.kind = 'department' and l.remote_id = any($2::text[]) or l.kind = 'role' and 'role:' || l.remote_id = any($2::text[]))`,
);
const PAUSE = statement(
  "pause",
  `insert into target_states (target, paused_until, pause_reason) values ($1, now() + $2::float8 * interval '1 ms', $3)
   on conflict (target) do update set
     pause_reason = case when target_states.paused_until > excluded.paused_until then target_states.pause_reason else excluded.pause_reason end,
     paused_until = greatest(coalesce(target_states.paused_until, excluded.paused_until), excluded.paused_until)`,
);
const RELEASE = statement(
  "release",
  "update entity_states set lease = null, leased_until = null, worker = null where target = $1 and kind = $2 and entity_id = $3 and lease = $4",
);

interface ClaimRow extends pg.QueryResultRow {
  kind: EntityKind;
  entity_id: string;
  lease: string;
  generation: number;
  attempts: number;
  causes: string[];
}

type Claims = Pick<ReconcileStore, "claim" | "nextDueMs" | "begin" | "finish" | "release" | "pause"> & {
  /** Holds this worker's lock for as long as the connection lives, and frees what dead workers held. Call it again every few seconds. */
  keepAlive(): Promise<void>;
  /** Gives the lock back. */
  close(): Promise<void>;
};

export function createClaims(pool: pg.Pool, target: string): Claims {
  const worker = randomInt(1, 2 ** 31 - 1);
  let holder: pg.PoolClient | undefined;

  async function lockHolder(): Promise<void> {
    if (holder) return;
    const client = await pool.connect();
    client.on("error", () => {
      holder = undefined;
    });
    try {
      await client.query("select pg_advisory_lock($1, $2)", [WORKER_LOCKS, worker]);
    } catch (error) {
      client.release(true);
      throw error;
    }
    holder = client;
  }

  async function consequences(db: Queryable, claim: Claim, end: Finish): Promise<void> {
    const entity = [target, claim.ref.kind, claim.ref.id];
    const { link } = end;
    // First, while the link still tells the remote id by which reports name their manager.
    if (end.presenceChanged) await run(db, WAKE_DEPENDENTS, [target, claim.ref.id, end.event ? [end.event.id] : []]);
    if (link.kind === "put")
      await run(db, PUT_LINK, [...entity, link.remoteId, link.presence, JSON.stringify(link.attributes), link.containers]);
    if (link.kind === "remove") await run(db, REMOVE_LINK, entity);
    if (end.settlement.observeFirst) await run(db, FORGET_OBSERVATION, entity);
    if (end.departed.length > 0) await run(db, WAKE_CONTAINERS, [target, end.departed]);
    if (!end.gone) return;
    await run(db, REMOVE_STATE, [...entity, claim.generation]);
    if (claim.ref.kind === "department") await run(db, REMOVE_NODE, [target, claim.ref.id]);
  }

  return {
    async keepAlive() {
      await lockHolder();
      await run(pool, FREE_DEAD, [worker]);
    },

    async close() {
      const client = holder;
      holder = undefined;
      client?.release(true);
    },

    async claim(limit) {
      const rows = await run<ClaimRow>(pool, CLAIM, [target, limit, worker]);
      return rows.map((row) => ({
        ref: { kind: row.kind, id: row.entity_id },
        lease: row.lease,
        generation: row.generation,
        attempts: row.attempts,
        causes: row.causes,
      }));
    },

    async nextDueMs() {
      const [row] = await run<{ ms: number | null }>(pool, NEXT_DUE, [target]);
      return row?.ms ?? undefined;
    },

    async begin(claim, intent, create) {
      const values = [target, claim.ref.kind, claim.ref.id, claim.lease, eventRow(intent), create !== undefined, create?.remoteId ?? null];
      return (await run(pool, BEGIN, values)).length > 0;
    },

    async finish(claim, end) {
      const { settlement } = end;
      const values = [
        ...[target, claim.ref.kind, claim.ref.id, claim.lease, claim.generation],
        ...[settlement.state, settlement.nextMs ?? null, settlement.attempts, settlement.reason ?? null, settlement.remedy ?? null],
        ...[settlement.waitingOn ?? null, settlement.answer ?? null, settlement.notes ? JSON.stringify(settlement.notes) : null],
        ...[end.event ? eventRow(end.event) : null, claim.causes],
      ];
      if (end.link.kind === "keep" && !end.presenceChanged && end.departed.length === 0 && !end.gone && !settlement.observeFirst) {
        return (await run(pool, FINISH, values)).length > 0;
      }
      return inTransaction(pool, async (client) => {
        const mine = await run(client, FINISH, values);
        if (mine.length > 0) await consequences(client, claim, end);
        return mine.length > 0;
      });
    },

    async release(claim) {
      await run(pool, RELEASE, [target, claim.ref.kind, claim.ref.id, claim.lease]);
    },

    async pause(ms, reason) {
      await run(pool, PAUSE, [target, ms, reason]);
    },
  };
}
