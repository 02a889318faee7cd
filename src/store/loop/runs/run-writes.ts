import type { HistoryEvent } from "../../../history/event.ts";
import type { Claim, ReconcileStore, ValuesSet } from "../../../reconcile/ports.ts";
import { isItemFailure } from "../../postgres/app-errors.ts";
import { batched } from "../../postgres/batch.ts";
import type { Pool } from "../../postgres/pool.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";
import { FORGOTTEN } from "../../write-sql.ts";
import { countValues } from "../guard/guard-counters.ts";
import { createRunEnds, type RunEndOptions } from "./run-ends.ts";
import { heldBy, sortedForLocking } from "./run-leases.ts";

/*
 * The beginning and the end of a run. Both are written only under its lease. Concurrent runs share
 * statements.
 */

const ROWS =
  "json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid, make boolean, remote_id text, event json, keys text[], sure bigint)";

/** Statements for the runs in `mine`. */
const INTENTS = `
  intent as (insert into history select e.* from mine, json_populate_record(null::history, mine.event) e),
  linked as (
    insert into links (target, kind, entity_id, remote_id, status) select $1, kind, id, remote_id, 'intended' from mine where make
    on conflict (target, kind, entity_id) do update set remote_id = coalesce(excluded.remote_id, links.remote_id), status = 'intended', ${FORGOTTEN},
      adopted = false, fresh = false, strangers = false),
  begun as (
    insert into entity_states (target, kind, entity_id, state, intent) select $1, kind, id, 'due', (event->>'id')::uuid from mine
    on conflict (target, kind, entity_id) do update set intent = excluded.intent)`;

const BEGIN: Statement = {
  name: "begin",
  text: `with mine as (select w.* from ${heldBy(ROWS)}),${INTENTS}
  select at, false as near from mine`,
};

/**
 * Begins runs that set values, and counts each value in one row before it is sent. Statements of several
 * processes wait for each other there, and each sees the count of the one before; a snapshot of the acts
 * would not show it. Runs whose count exceeds `sure` are not begun.
 */
const BEGIN_SETTING: Statement = {
  name: "begin-setting",
  text: `with held as materialized (select w.* from ${heldBy(ROWS)}),
  wanted as materialized (
    select h.at, h.sure, k.key, row_number() over (partition by k.key order by h.at) as nth, count(*) over (partition by k.key) as added
      from held h cross join lateral unnest(h.keys) k(key)),
  counted as (${countValues("(select key, max(added) as n from wanted group by key)")} returning g.key, g.n + g.before as bound),
  near as (select distinct w.at from wanted w join counted c on c.key = w.key where c.bound - w.added + w.nth > w.sure),
  mine as (select h.* from held h where h.at not in (select at from near)),
  acts as (
    insert into guard_acts (target, limit_name, key, kind, entity_id, since)
    select $1, 'attributeBlanked', w.key, m.kind, m.id, now() from mine m join wanted w on w.at = m.at order by w.key, m.id
    on conflict (target, limit_name, key, kind, entity_id) do update set at = now()),${INTENTS}
  select at, false as near from mine union all select at, true from near`,
};

type RunWrites = Pick<ReconcileStore, "begin" | "beginSetting" | "finish">;

export interface RunContext {
  readonly target: string;
  readonly vault: Vault;
}

type Begun = "begun" | "lost" | "near";

/** `near` is possible only for runs with values. */
export async function beginRuns(
  db: Queryable,
  { target, vault }: RunContext,
  items: readonly BeginItem[],
): Promise<readonly Begun[]> {
  if (items.length === 0) return [];
  const events = await vault.rows(
    db,
    items.map(({ intent }) => intent),
  );
  const rows = sortedForLocking(items).map(({ item: { claim, create, values }, at }) => ({
    at,
    ...claim.ref,
    lease: claim.lease,
    make: create !== undefined,
    remote_id: create?.remoteId,
    event: events[at],
    ...values,
  }));
  const statement = items.some(({ values }) => values) ? BEGIN_SETTING : BEGIN;
  const known = await run<{ at: number; near: boolean }>(db, statement, [target, JSON.stringify(rows)]);
  const verdicts = new Map(known.map(({ at, near }) => [at, near ? ("near" as const) : ("begun" as const)]));
  return items.map((_, at) => verdicts.get(at) ?? "lost");
}

export function createRunWrites(pool: Pool, target: string, options: RunEndOptions): RunWrites {
  const beginAll = (items: readonly BeginItem[]) =>
    beginRuns(pool.byKey, { target, vault: options.vault }, items);
  // One run that cannot be recorded must not keep the others from being recorded.
  const begin = batched(beginAll, { isolates: isItemFailure });
  const finish = batched(createRunEnds(pool, target, options), { isolates: isItemFailure, strict: true });

  return {
    // In a rehearsal nobody else takes the entity, and nobody reads what was begun.
    begin: async (claim, intent, create) =>
      options.rehearsed || (await begin({ claim, intent, create, values: undefined })) === "begun",

    beginSetting: (claim, intent, values) => begin({ claim, intent, create: undefined, values }),

    finish: (claim, end) => finish({ claim, end }),
  };
}

export interface BeginItem {
  readonly claim: Claim;
  readonly intent: HistoryEvent;
  readonly create: { readonly remoteId: string | undefined } | undefined;
  readonly values: ValuesSet | undefined;
}
