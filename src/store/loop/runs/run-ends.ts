import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import type { Meter } from "../../../core/meter.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import type { EventRow, Vault } from "../../vault.ts";
import { WAITING_ON } from "../../waiting.ts";
import { PRIORITY } from "../../write-sql.ts";
import { lockGuard } from "../guard/hold-members.ts";
import type { FinishedRun } from "./finished-runs.ts";
import { recordLate } from "./late-results.ts";
import { linkColumns, putLinks } from "./link-changes.ts";
import { ANY_MANAGED, REPORTS } from "./requeue.ts";
import { concernsHolds, consequences, isWithoutValue, markAwaited } from "./run-consequences.ts";
import { heldBy, sortedForLocking } from "./run-leases.ts";

/*
 * Ends of runs: state, outcome event, link, and consequences for other entities. Most ends concern no other
 * entity, but only the database can tell. Such an end is one statement that checks and writes. Other ends are
 * a transaction of several statements (run-consequences.ts). At DingTalk's rate runs end one by one, and the
 * round trip of a statement costs more than its work. Measured at 15 entities a second, with ten to twelve
 * statements for each end: 8.6 ms of processor time of the server for each entity, and 3.5 ms of PostgreSQL.
 */

/**
 * `puts`: the link is written. `awaited`, `reported`, `led`: which entities the end may concern, see
 * `isSelfContained`.
 */
const RUNS = `json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid, generation bigint, state text, next_ms float8, attempts int,
    reason_code text, reason text, remedy text, waiting_on uuid[], answer text, notes json, refused json, holder json, event json, causes uuid[], recheck_ms float8, planned json, cause text,
    puts boolean, remote_id text, presence text, attributes json, containers text[], awaited boolean, reported boolean, led boolean)`;

/**
 * The proposed row has the result of the run. Its `observed_generation` and `causes` are those that the run
 * has seen.
 */
const ENDS = `event as (insert into history select e.* from mine, json_populate_record(null::history, mine.event) e where mine.event is not null on conflict do nothing),
  ended as (
    insert into entity_states as s (target, kind, entity_id, state, next_at, observed_generation, attempts, reason_code, reason, remedy, waiting_on, last_answer, notes, refused, holder, causes, recheck_at, planned, cause)
    select $1, kind, id, state, now() + next_ms * interval '1 ms', generation, attempts, reason_code, reason, remedy, waiting_on, answer, notes, refused, holder, causes,
      now() + recheck_ms * interval '1 ms', planned, cause from mine
    on conflict (target, kind, entity_id) do update set
      lease = null, leased_until = null, worker = null, intent = null, awaited = false,
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
      attempts = excluded.attempts, reason_code = excluded.reason_code, reason = excluded.reason, remedy = excluded.remedy, waiting_on = excluded.waiting_on,
      last_answer = coalesce(excluded.last_answer, s.last_answer), notes = excluded.notes, refused = excluded.refused, holder = excluded.holder,
      recheck_at = coalesce(excluded.recheck_at, s.recheck_at), planned = excluded.planned, cause = excluded.cause)`;

/** For entities in sync also the latency: the time since the commit of the change, in seconds. */
const ENDED = `select at, kind, case when state = 'inSync' then extract(epoch from now() - due_since)::float8 end as latency from mine`;

const END: Statement = {
  name: "run-end",
  text: `with mine as (select w.*, held.due_since from ${heldBy(RUNS)}), ${ENDS} ${ENDED}`,
};

/** Only ends of runs that nobody waits for and nobody reports to, and that manage no department. */
const END_SELF_CONTAINED: Statement = {
  name: "run-end-quietly",
  text: `with quiet as (
    select w.* from ${RUNS}
     where case when w.awaited then not exists (select from entity_states s where ${WAITING_ON("array[w.id]")}) else true end
       and case when w.reported then not exists (${REPORTS("array[w.id]")}) else true end
       and case when w.led then not ${ANY_MANAGED} else true end),
  mine as (select w.*, held.due_since from ${heldBy("quiet w", "not s.awaited")}), ${ENDS},
  linked as (${putLinks("(select * from mine where puts)")})
  ${ENDED}`,
};

interface Ended extends pg.QueryResultRow {
  readonly at: number;
  readonly kind: string;
  readonly latency: number | null;
}

export interface RunEndOptions {
  readonly callLifeMs: number;
  /** In a rehearsal events are dropped. They are neither stored nor named as causes. */
  readonly rehearsed: boolean;
  readonly vault: Vault;
  readonly meter: Meter | undefined;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Ends runs of one batch. Returns for each whether it still had its lease. Two runs that end at the same time
 * and wait for each other both see this: MARK_AWAITED.
 */
export const createRunEnds =
  (pool: Pool, target: string, { callLifeMs, rehearsed, meter, clock, vault }: RunEndOptions) =>
  async (runs: readonly FinishedRun[]): Promise<readonly boolean[]> => {
    const ended = new Set<FinishedRun>();
    const end = async (
      db: Queryable,
      statement: Statement,
      some: readonly FinishedRun[],
    ): Promise<Ended[]> => {
      const events = await vault.rows(db, rehearsed ? [] : some.flatMap(({ end: { event } }) => event ?? []));
      const byId = new Map(events.map((event) => [event.id, event]));
      const rows = sortedForLocking(some).map((each) => endRow(each, callLifeMs, byId));
      return run<Ended>(db, statement, [target, JSON.stringify(rows)]);
    };
    const committed = (rows: readonly Ended[], some: readonly FinishedRun[]): void => {
      for (const { at, kind, latency } of rows) {
        ended.add(some[at]!);
        if (latency !== null) meter?.observe("syncLatency", { kind }, latency);
      }
    };

    const quiet = runs.filter(isSelfContained);
    if (quiet.length > 0) committed(await end(pool.byKey, END_SELF_CONTAINED, quiet), quiet);
    const others = runs.filter((each) => !ended.has(each));
    if (others.length > 0) {
      const rows = await inTransaction(pool.byKey, async (client) => {
        if (others.some(concernsHolds)) await lockGuard(client, target);
        await markAwaited(client, target, others);
        const rows = await end(client, END, others);
        const held = new Set(rows.map(({ at }) => others[at]));
        const [mine, lost] = [
          others.filter((each) => held.has(each)),
          others.filter((each) => !held.has(each)),
        ];
        await consequences(client, target, mine, { now: clock.now(), rehearsed });
        await recordLate(client, { target, vault }, lost, callLifeMs);
        return rows;
      });
      committed(rows, others);
    }
    return runs.map((each) => ended.has(each));
  };

/** Whether the run ended in sync and concerns only entities that END_SELF_CONTAINED checks. */
function isSelfContained({ claim: { ref, cause, inHold }, end }: FinishedRun): boolean {
  const { next, link, departed, gone, grace, restored } = end;
  const { state, waitingOn, observeFirst } = next;
  return (
    ref.kind === "user" &&
    state === "inSync" &&
    waitingOn === undefined &&
    !isWithoutValue(end) &&
    end.missing === undefined &&
    !observeFirst &&
    cause === undefined &&
    !inHold &&
    grace === undefined &&
    !restored &&
    link.kind !== "remove" &&
    link.kind !== "doubt" &&
    departed.length === 0 &&
    !gone
  );
}

const endRow = (
  { item: { claim, end }, at }: { readonly item: FinishedRun; readonly at: number },
  callLifeMs: number,
  events: ReadonlyMap<string, EventRow>,
) => {
  const { next, link, event, presenceChanged } = end;
  const written = event?.outcome === "done";
  return {
    at,
    ...claim.ref,
    lease: claim.lease,
    generation: claim.generation,
    state: next.state,
    next_ms: next.nextMs,
    attempts: next.attempts,
    reason_code: next.reasonCode,
    reason: next.reason,
    remedy: next.remedy,
    waiting_on: next.waitingOn,
    answer: next.answer,
    notes: next.notes,
    refused: end.refused,
    holder: next.holder,
    planned: next.planned,
    event: event && events.get(event.id),
    causes: claim.causes,
    cause: end.cause,
    recheck_ms: event?.outcome === "unknown" ? callLifeMs : undefined,
    puts: link.kind === "put",
    ...(link.kind === "put" ? linkColumns(link) : {}),
    awaited: presenceChanged || written,
    reported: presenceChanged,
    led: (presenceChanged || written) && link.kind !== "keep",
  };
};
