import type pg from "pg";
import type { HistoryEvent } from "../history/event.ts";
import type { Claim, ReconcileStore } from "../reconcile/ports.ts";
import { batched } from "./batch.ts";
import { alongIndexes } from "./index-plans.ts";
import { isOneItemsFault, run, type Statement } from "./postgres.ts";
import { consequences, type EndedRun, supersede } from "./run-consequences.ts";
import { eventColumns, PRIORITY } from "./sql.ts";

/* What a run writes: its beginning and its end, both only under its lease. Runs that go on side by side begin and finish in common statements. */

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

type RunWrites = Pick<ReconcileStore, "begin" | "finish">;

export function createRunWrites(pool: pg.Pool, target: string): RunWrites {
  const beginAll = async (items: readonly BeginItem[]): Promise<readonly boolean[]> => {
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
  };

  const finishAll = (items: readonly EndedRun[]): Promise<readonly boolean[]> =>
    alongIndexes(pool, async (client) => {
      const rows = await run<{ at: number }>(client, FINISH, [target, JSON.stringify(inLockOrder(items).map(finishRow))]);
      const mine = new Set(rows.map((row) => row.at));
      await consequences(
        client,
        target,
        items.filter((_, at) => mine.has(at)),
      );
      await supersede(
        client,
        target,
        items.filter((_, at) => !mine.has(at)),
      );
      return items.map((_, at) => mine.has(at));
    });

  // One that cannot be recorded must not keep the others from being recorded.
  const begin = batched(beginAll, { isolates: isOneItemsFault });
  // Strictly one after the other: of two ends side by side, one that waits for the other might miss it, and not be woken by it either.
  const finish = batched(finishAll, { isolates: isOneItemsFault, strict: true });

  return {
    begin: (claim, intent, create) => begin({ claim, intent, create }),

    finish: (claim, end) => finish({ claim, end }),
  };
}

interface BeginItem {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly create: { readonly remoteId: string | undefined } | undefined;
}

/** Rows are locked in the order of their key, so that processes do not wait in a circle. */
function inLockOrder<Item extends { readonly claim: Claim }>(
  items: readonly Item[],
): readonly { readonly item: Item; readonly at: number }[] {
  const key = ({ item: { claim } }: { readonly item: Item }): string => `${claim.ref.kind}:${claim.ref.id}`;
  return items.map((item, at) => ({ item, at })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const finishRow = ({ item: { claim, end }, at }: { readonly item: EndedRun; readonly at: number }) => {
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
