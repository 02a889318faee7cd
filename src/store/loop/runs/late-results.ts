import type { HistoryEvent } from "../../../history/event.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";
import { FORGOTTEN } from "../../write-sql.ts";
import type { FinishedRun } from "./finished-runs.ts";
import { NAMED, REQUEUE } from "./requeue.ts";

/** A run that lost its lease after a write. The state of the object is unknown, so the entity becomes due. */
const LATE: Statement = {
  name: "run-late",
  text: `with event as (insert into history select h.* from json_populate_recordset(null::history, $4::json) h),
  locked as materialized (
    select 1 from ${NAMED} n cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = n.kind and s.entity_id = n.id for update) l),
  forgotten as (update links l set ${FORGOTTEN} from ${NAMED} n where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = n.kind and l.entity_id = n.id)
  update entity_states s set ${REQUEUE}, recheck_at = now() + $5::float8 * interval '1 ms' from ${NAMED} n where s.target = $1 and s.kind = n.kind and s.entity_id = n.id`,
};

/**
 * Records late results of runs that had lost their lease and may have written. The intent already has an
 * outcome from the worker that freed the entity.
 */
export async function recordLate(
  db: Queryable,
  { target, vault }: { readonly target: string; readonly vault: Vault },
  runs: readonly FinishedRun[],
  callLifeMs: number,
): Promise<void> {
  const late = runs.flatMap(({ claim, end }) =>
    end.event ? [{ ref: claim.ref, event: lateOf(end.event) }] : [],
  );
  if (late.length === 0) return;
  const rows = await vault.rows(
    db,
    late.map(({ event }) => event),
  );
  const events = JSON.stringify(rows);
  await run(db, LATE, [
    target,
    late.map(({ ref }) => ref.kind),
    late.map(({ ref }) => ref.id),
    events,
    callLifeMs,
  ]);
}

function lateOf({ outcome, ...event }: HistoryEvent): HistoryEvent {
  return {
    ...event,
    code: "target.late",
    detail: { ...event.detail, ...(outcome ? { learned: outcome } : {}) },
  };
}
