import type pg from "pg";
import type { EntityKind } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import type { Claim, Finish, Holder, LinkChange, ReconcileStore } from "../reconcile/ports.ts";
import { batched } from "./batch.ts";
import { alongIndexes } from "./index-plans.ts";
import { type Queryable, run, type Statement } from "./postgres.ts";
import { eventColumns, PRIORITY } from "./sql.ts";
import {
  LOOK_AFTER_REFUSAL,
  LOOK_AGAIN,
  MARK_AWAITED,
  NAMED,
  WAKE,
  WAKE_CONTAINERS,
  WAKE_FOLLOWERS,
  WAKE_HOPEFUL,
  WAKE_LED,
  WAKE_LED_BEFORE,
  WAKE_MEMBERS,
  WAKE_REPORTS,
  WAKE_WAITING,
} from "./wakes.ts";

/*
 * The life of a run: claim, begin, finish. `entity_states` is the queue and the truth; a claim is a lease on a row. The lease names the run (fencing:
 * every later write checks it) and the worker. Runs that go on side by side begin and finish in common statements.
 */

/** Longer than any single run may take: limiter wait plus time-outs of a few calls. */
const LEASE_SECONDS = 120;

/** What a dead worker held is not claimed but freed first, with the outcome of what it may have sent (liveness.ts). */
const CLAIM: Statement = {
  name: "claim",
  text: `with picked as (
    select s.target, s.kind, s.entity_id from entity_states s
     where s.target = $1 and s.next_at <= now() and s.lease is null
       and not exists (select 1 from target_states t where t.target = $1 and t.paused_until > now())
     order by s.priority, s.next_at limit $2 for update of s skip locked)
  insert into entity_states as s (target, kind, entity_id, state, lease, leased_until, worker)
  select target, kind, entity_id, 'due', gen_random_uuid(), now() + interval '${LEASE_SECONDS} s', $3 from picked
  on conflict (target, kind, entity_id) do update set lease = excluded.lease, leased_until = excluded.leased_until, worker = excluded.worker
  returning s.kind, s.entity_id, s.lease, s.desired_generation as generation, s.attempts, s.causes`,
};

/** One short walk along the index for each priority: the cost does not grow with what waits. */
const NEXT_DUE: Statement = {
  name: "next-due",
  text: `select greatest(0, extract(epoch from greatest(min(first.at), (select t.paused_until from target_states t where t.target = $1)) - now()) * 1000)::float8 as ms
    from unnest(array[${Object.values(PRIORITY).join(", ")}]::smallint[]) as p(priority),
      lateral (select s.next_at as at from entity_states s
                where s.target = $1 and s.priority = p.priority and s.next_at is not null and s.lease is null order by s.next_at limit 1) first
    having count(first.at) > 0`,
};

/*
 * Rows of `entity_states` are found one by one along the primary key (a lateral look-up cannot become a join) and changed by `on conflict`, which goes by
 * that key as well. An update with a join is planned by what the statistics say, and before the first analyze they say that a target has one row: then
 * each batch reads all of them (measured with 4,000 people: 160 ms for 20 ends of runs).
 */
const heldBy = (runs: string): string => `${runs} cross join lateral (
    select from entity_states s where s.target = $1 and s.kind = w.kind and s.entity_id = w.id and s.lease = w.lease for update) held`;

const BEGIN: Statement = {
  name: "begin",
  text: `with mine as (
    select w.* from ${heldBy("json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid, make boolean, remote_id text, event json)")}),
  intent as (insert into history select e.* from mine, json_populate_record(null::history, mine.event) e),
  linked as (
    insert into links (target, kind, entity_id, remote_id, status) select $1, kind, id, remote_id, 'intended' from mine where make
    on conflict (target, kind, entity_id) do update set remote_id = coalesce(links.remote_id, excluded.remote_id), status = 'intended', attributes = null),
  begun as (
    insert into entity_states (target, kind, entity_id, state, intent) select $1, kind, id, 'due', (event->>'id')::uuid from mine
    on conflict (target, kind, entity_id) do update set intent = excluded.intent)
  select at from mine`,
};

/**
 * States and outcome events of runs that still hold their lease. The row proposed carries what the run says, its generation as the one observed and the
 * causes it has dealt with.
 */
const FINISH: Statement = {
  name: "finish",
  text: `with mine as (
    select w.* from ${heldBy(`json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid, generation bigint, state text, next_ms float8, attempts int,
      reason text, remedy text, waiting_on uuid[], answer text, notes json, event json, causes uuid[])`)}),
  event as (insert into history select e.* from mine, json_populate_record(null::history, mine.event) e where mine.event is not null),
  ended as (
    insert into entity_states as s (target, kind, entity_id, state, next_at, observed_generation, attempts, reason, remedy, waiting_on, last_answer, notes, causes)
    select $1, kind, id, state, now() + next_ms * interval '1 ms', generation, attempts, reason, remedy, waiting_on, answer, notes, causes from mine
    on conflict (target, kind, entity_id) do update set
      lease = null, leased_until = null, worker = null, intent = null,
      state = case when s.desired_generation = excluded.observed_generation then excluded.state else 'due' end,
      next_at = case when s.desired_generation = excluded.observed_generation then excluded.next_at else now() end,
      observed_generation = case when excluded.state = 'inSync' then excluded.observed_generation else s.observed_generation end,
      settled_at = case when excluded.state = 'inSync' then now() else s.settled_at end,
      latency_ms = case when excluded.state = 'inSync' and s.due_since is not null then extract(epoch from now() - s.due_since) * 1000 else s.latency_ms end,
      due_since = case when excluded.state <> 'inSync' then s.due_since when s.desired_generation = excluded.observed_generation then null else now() end,
      causes = case when excluded.state <> 'inSync' then s.causes when s.causes = excluded.causes then '{}'
                    else array(select c from unnest(s.causes) c where c <> all(excluded.causes)) end,
      priority = case when excluded.state = 'inSync' and s.desired_generation = excluded.observed_generation
                      then case when s.kind = 'user' then ${PRIORITY.person} else ${PRIORITY.structure} end else s.priority end,
      attempts = excluded.attempts, reason = excluded.reason, remedy = excluded.remedy, waiting_on = excluded.waiting_on,
      last_answer = coalesce(excluded.last_answer, s.last_answer), notes = excluded.notes)
  select at from mine`,
};

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

const PUT_LINKS = statement(
  "put-links",
  `insert into links (target, kind, entity_id, remote_id, status, presence, attributes, containers, observed_at)
   select $1, l.kind, l.id, l.remote_id, 'owned', l.presence, l.attributes, l.containers, now()
     from json_to_recordset($2::json) as l(kind text, id uuid, remote_id text, presence text, attributes json, containers text[]) order by l.kind, l.id
   on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', presence = excluded.presence,
     attributes = excluded.attributes, containers = excluded.containers, observed_at = now()`,
);
const FORGET_OBSERVATIONS = statement(
  "forget",
  "update links l set attributes = null where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])",
);
const REMOVE_LINKS = statement("remove-links", "delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])");
/** Only where nothing new was asked of the entity meanwhile. */
const REMOVE_STATES = statement(
  "remove-states",
  "delete from entity_states s where s.target = $1 and s.kind = $2 and s.entity_id = any($3::uuid[]) and s.state = 'inSync'",
);
const REMOVE_NODES = statement(
  "remove-nodes",
  `delete from departments d where d.target = $1 and d.id = any($2::uuid[]) and not d.present
     and not exists (select 1 from departments c where c.parent_id = d.id) and not exists (select 1 from placements p where p.department_id = d.id)
     and not exists (select 1 from person_departments p where p.department_id = d.id)`,
);

/** A run that lost its lease after it wrote: what is there now is not known, and somebody has to look. */
const SUPERSEDED = statement(
  "superseded",
  `with event as (insert into history select h.* from json_populate_recordset(null::history, $4::json) h),
  forgotten as (update links l set attributes = null from ${NAMED} n where l.target = $1 and l.kind = n.kind and l.entity_id = n.id)
  update entity_states s set ${WAKE} from ${NAMED} n where s.target = $1 and s.kind = n.kind and s.entity_id = n.id`,
);
/** Whom the holder waits for, and those for whom these wait, at most 20 deep: who asks may be among them. */
const HOLDER = statement(
  "holder",
  `with recursive held as (
     select l.entity_id as id, s.state, s.waiting_on, s.notes, l.attributes->>$5 <> $6 as gave_it_away
       from links l left join entity_states s on s.target = l.target and s.kind = l.kind and s.entity_id = l.entity_id
      where l.target = $1 and l.kind = $2 and l.remote_id = $3),
   awaited(id, depth) as (
     select unnest(waiting_on), 1 from held
     union
     select unnest(s.waiting_on), a.depth + 1 from awaited a join entity_states s on s.target = $1 and s.kind = $2 and s.entity_id = a.id where a.depth < 20)
   select id, case when gave_it_away then 'moves'
                   when exists (select 1 from awaited a where a.id = $4::uuid) then 'stuck'
                   when state in ('due', 'waiting') then 'moves'
                   when exists (select 1 from json_array_elements(notes) n where n->>'attribute' = $5) then 'stuck'
                   else 'stays' end as expect
     from held`,
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

type Claims = Pick<ReconcileStore, "claim" | "nextDueMs" | "begin" | "finish" | "release" | "pause" | "holder">;

/** `worker`: the number under which this process holds its leases. */
export function createClaims(pool: pg.Pool, target: string, worker: number): Claims {
  const begin = batched(async (items: readonly BeginItem[]): Promise<readonly boolean[]> => {
    const rows = inLockOrder(items).map(
      ({
        item: {
          claim: { ref, lease },
          intent,
          create,
        },
        at,
      }) => ({
        at,
        ...ref,
        lease,
        make: create !== undefined,
        remote_id: create?.remoteId,
        event: eventColumns(intent),
      }),
    );
    const begun = await alongIndexes(pool, (client) => run<{ at: number }>(client, BEGIN, [target, JSON.stringify(rows)]));
    const mine = new Set(begun.map((row) => row.at));
    return items.map((_, at) => mine.has(at));
  });

  const finish = batched(
    async (items: readonly FinishItem[]): Promise<readonly boolean[]> =>
      alongIndexes(pool, async (client) => {
        const rows = await run<{ at: number }>(client, FINISH, [target, JSON.stringify(inLockOrder(items).map(finishRow))]);
        const mine = new Set(rows.map((row) => row.at));
        await consequences(
          client,
          items.filter((_, at) => mine.has(at)),
        );
        await supersede(
          client,
          items.filter((_, at) => !mine.has(at)),
        );
        return items.map((_, at) => mine.has(at));
      }),
  );

  /** What the ends of runs mean for links and for others. Statements without rows are left out. */
  async function consequences(db: Queryable, items: readonly FinishItem[]): Promise<void> {
    const named = (wanted: (item: FinishItem) => boolean): [string[], string[]] => {
      const chosen = items.filter(wanted).map((item) => item.claim.ref);
      return [chosen.map((ref) => ref.kind), chosen.map((ref) => ref.id)];
    };
    const events = (wanted: (item: FinishItem) => boolean): string[] =>
      items.filter(wanted).flatMap(({ end }) => (end.event ? [end.event.id] : []));
    const wake = async (statement: Statement, wanted: (item: FinishItem) => boolean): Promise<void> => {
      const [, ids] = named(wanted);
      if (ids.length > 0) await run(db, statement, [target, ids, events(wanted)]);
    };
    const look = async (statement: Statement, wanted: (item: FinishItem) => boolean): Promise<void> => {
      const [kinds, ids] = named(wanted);
      if (ids.length > 0) await run(db, statement, [target, kinds, ids]);
    };
    /** A statement for each kind: with both in one it would be a join, which may be planned as a walk through all there is. */
    const change = async (statement: Statement, wanted: (item: FinishItem) => boolean): Promise<void> => {
      const [kinds, ids] = named(wanted);
      for (const kind of new Set(kinds)) await run(db, statement, [target, kind, ids.filter((_, at) => kinds[at] === kind)]);
    };

    // First, while links still tell the remote ids by which reports name their manager.
    await wake(WAKE_REPORTS, ({ claim, end }) => end.presenceChanged && claim.ref.kind === "user");
    await wake(WAKE_FOLLOWERS, ({ claim, end }) => end.link.kind === "remove" && claim.ref.kind === "user");
    await wake(WAKE_LED, ({ claim, end }) => claim.ref.kind === "user" && end.link.kind !== "keep" && end.event?.outcome === "done");
    await wake(WAKE_LED_BEFORE, ({ claim, end }) => claim.ref.kind === "user" && end.link.kind === "remove");
    await wake(WAKE_WAITING, ({ end }) => end.presenceChanged || end.event?.outcome === "done");
    await wake(WAKE_MEMBERS, ({ claim, end }) => end.presenceChanged && end.link.kind === "put" && claim.ref.kind !== "user");
    await wake(
      WAKE_HOPEFUL,
      ({
        end: {
          settlement: { state, waitingOn },
        },
      }) => state === "parked" || state === "held" || (state === "inSync" && waitingOn !== undefined),
    );
    const puts = items.flatMap(({ claim, end }) => (end.link.kind === "put" ? [{ ...claim.ref, ...linkColumns(end.link) }] : []));
    if (puts.length > 0) await run(db, PUT_LINKS, [target, JSON.stringify(puts)]);
    await change(REMOVE_LINKS, ({ end }) => end.link.kind === "remove");
    await change(FORGET_OBSERVATIONS, ({ end }) => end.settlement.observeFirst);
    const departed = items.flatMap(({ end }) => end.departed);
    if (departed.length > 0) await run(db, WAKE_CONTAINERS, [target, departed]);
    const awaited = items.flatMap(({ end }) => (end.settlement.state === "waiting" ? (end.settlement.waitingOn ?? []) : []));
    if (awaited.length > 0) await run(db, MARK_AWAITED, [target, [...new Set(awaited)]]);
    await look(LOOK_AGAIN, ({ end: { settlement } }) => settlement.state === "waiting" && settlement.answer === undefined);
    await look(LOOK_AFTER_REFUSAL, ({ end: { settlement } }) => settlement.state === "waiting" && settlement.answer !== undefined);
    await change(REMOVE_STATES, ({ end }) => end.gone);
    const [, nodes] = named(({ claim, end }) => end.gone && claim.ref.kind === "department");
    if (nodes.length > 0) await run(db, REMOVE_NODES, [target, nodes]);
  }

  async function supersede(db: Queryable, items: readonly FinishItem[]): Promise<void> {
    const late = items.flatMap(({ claim, end }) =>
      end.event ? [{ ref: claim.ref, event: { ...end.event, outcome: "superseded" as const } }] : [],
    );
    if (late.length === 0) return;
    const events = JSON.stringify(late.map(({ event }) => eventColumns(event)));
    await run(db, SUPERSEDED, [target, late.map(({ ref }) => ref.kind), late.map(({ ref }) => ref.id), events]);
  }

  return {
    async claim(limit) {
      // A lease that a crash of the server forgets is nobody's: it need not wait for the disk. What begins under it does, and takes it along.
      const rows = await alongIndexes(pool, (client) => run<ClaimRow>(client, CLAIM, [target, limit, worker]), {
        synchronousCommit: "off",
      });
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

    begin: (claim, intent, create) => begin({ claim, intent, create }),

    finish: (claim, end) => finish({ claim, end }),

    async release(claim) {
      await run(pool, RELEASE, [target, claim.ref.kind, claim.ref.id, claim.lease]);
    },

    async holder({ kind, id }, remoteId, { attribute, value }) {
      const [row] = await run<{ id: string; expect: Holder["expect"] }>(pool, HOLDER, [
        target,
        kind,
        remoteId,
        id,
        attribute,
        value === undefined || value === null ? null : String(value),
      ]);
      return row;
    },

    async pause(ms, reason) {
      await run(pool, PAUSE, [target, ms, reason]);
    },
  };
}

interface BeginItem {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly create: { readonly remoteId: string | undefined } | undefined;
}

interface FinishItem {
  readonly claim: Claim;
  readonly end: Finish;
}

/** Rows are locked in the order of their key, so that processes do not wait in a circle. */
function inLockOrder<Item extends { readonly claim: Claim }>(
  items: readonly Item[],
): readonly { readonly item: Item; readonly at: number }[] {
  const key = ({ item: { claim } }: { readonly item: Item }): string => `${claim.ref.kind}:${claim.ref.id}`;
  return items.map((item, at) => ({ item, at })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const finishRow = ({ item: { claim, end }, at }: { readonly item: FinishItem; readonly at: number }) => {
  const { settlement } = end;
  return {
    at,
    ...claim.ref,
    lease: claim.lease,
    generation: claim.generation,
    state: settlement.state,
    next_ms: settlement.nextMs,
    attempts: settlement.attempts,
    reason: settlement.reason,
    remedy: settlement.remedy,
    waiting_on: settlement.waitingOn,
    answer: settlement.answer,
    notes: settlement.notes,
    event: end.event && eventColumns(end.event),
    causes: claim.causes,
  };
};

const linkColumns = (link: Extract<LinkChange, { kind: "put" }>) => ({
  remote_id: link.remoteId,
  presence: link.presence,
  attributes: link.attributes,
  containers: link.containers,
});
