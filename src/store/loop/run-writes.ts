import type { HistoryEvent } from "../../history/event.ts";
import type { Claim, ReconcileStore } from "../../reconcile/ports.ts";
import { batched } from "../postgres/batch.ts";
import type { Pool } from "../postgres/pool.ts";
import { isItemFailure, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { eventColumns } from "../write-sql.ts";
import { createRunEnds, type RunEndOptions } from "./run-ends.ts";
import { heldBy, sortedForLocking } from "./run-leases.ts";

/* What a run writes: its beginning and its end, both only under its lease. Runs that go on side by side begin and finish in common statements. */

const BEGIN: Statement = {
  name: "begin",
  text: `with mine as (
    select w.* from ${heldBy("json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid, make boolean, remote_id text, event json)")}),
  intent as (insert into history select e.* from mine, json_populate_record(null::history, mine.event) e),
  linked as (
    insert into links (target, kind, entity_id, remote_id, status) select $1, kind, id, remote_id, 'intended' from mine where make
    on conflict (target, kind, entity_id) do update set remote_id = coalesce(excluded.remote_id, links.remote_id), status = 'intended', attributes = null,
      adopted = false, fresh = false, strangers = false),
  begun as (
    insert into entity_states (target, kind, entity_id, state, intent) select $1, kind, id, 'due', (event->>'id')::uuid from mine
    on conflict (target, kind, entity_id) do update set intent = excluded.intent)
  select at from mine`,
};

type RunWrites = Pick<ReconcileStore, "begin" | "finish">;

/** Whether each run still held its lease. */
export async function beginRuns(db: Queryable, target: string, items: readonly BeginItem[]): Promise<readonly boolean[]> {
  if (items.length === 0) return [];
  const rows = sortedForLocking(items).map(
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
  const begun = await run<{ at: number }>(db, BEGIN, [target, JSON.stringify(rows)]);
  const mine = new Set(begun.map((row) => row.at));
  return items.map((_, at) => mine.has(at));
}

export function createRunWrites(pool: Pool, target: string, options: RunEndOptions): RunWrites {
  const beginAll = (items: readonly BeginItem[]) => beginRuns(pool.byKey, target, items);
  // One that cannot be recorded must not keep the others from being recorded.
  const begin = batched(beginAll, { isolates: isItemFailure });
  const finish = batched(createRunEnds(pool, target, options), { isolates: isItemFailure, strict: true });

  return {
    // In a copy nobody can take the entity away, and nobody looks for what was begun.
    begin: async (claim, intent, create) => options.rehearsed || begin({ claim, intent, create }),

    finish: (claim, end) => finish({ claim, end }),
  };
}

export interface BeginItem {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly create: { readonly remoteId: string | undefined } | undefined;
}
