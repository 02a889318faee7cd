import type { RunOutcome } from "../../../reconcile/ports.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { appendEvents, eventColumns } from "../../write-sql.ts";

/*
 * Graces of leavers. A grace begins, ends or is cancelled together with the end of a run, under the lease of
 * that run. So only one process records it.
 */

/** If the leaver was removed or disabled within the window of the limit, the limit has counted them. */
const CHANGE: Statement = {
  name: "grace-change",
  text: `with w as (
    select * from json_to_recordset($2::json) as g(id uuid, change text, since timestamptz, until timestamptz, event json)),
  changed as (
    update links l set
      grace_since = case w.change when 'started' then w.since when 'cancelled' then null else l.grace_since end,
      grace_until = case w.change when 'ended' then l.grace_until else w.until end,
      grace_ended = w.change = 'ended',
      grace_counted = case w.change when 'started' then exists (
          select from guard_acts a where a.target = $1 and a.limit_name = 'peopleRemoved' and a.key = '' and a.kind = 'user' and a.entity_id = w.id
             and a.at > now() - interval '24 hours')
        else w.change <> 'cancelled' and l.grace_counted end
      from w where l.target = $1 and l.kind = 'user' and l.entity_id = w.id returning 1)
  ${appendEvents("(select * from w where w.event is not null) w")}`,
};

/** Call it before links are removed: the grace is stored in the link. */
export async function changeGraces(
  db: Queryable,
  target: string,
  runs: readonly {
    readonly claim: { readonly ref: { readonly id: string } };
    readonly end: Pick<RunOutcome, "grace">;
  }[],
): Promise<void> {
  const rows = runs.flatMap(({ claim, end: { grace } }) => {
    if (!grace) return [];
    const times = {
      ...("since" in grace ? { since: grace.since } : {}),
      ...("until" in grace ? { until: grace.until } : {}),
    };
    return [
      {
        id: claim.ref.id,
        change: grace.kind,
        ...times,
        ...("event" in grace ? { event: eventColumns(grace.event) } : {}),
      },
    ];
  });
  if (rows.length > 0) await run(db, CHANGE, [target, JSON.stringify(rows)]);
}
