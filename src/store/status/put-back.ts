import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import { WINDOW_HOURS } from "../../reconcile/guard/limits.ts";
import { KEPT_DAYS, type PutBackOperations, type PutBackResult } from "../../reconcile/guard/put-back.ts";
import { operatorEvent } from "../../reconcile/operator-event.ts";
import { APART } from "../postgres/planner.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { NAMES_OF_PERSON, personWith } from "../references.ts";
import { appendEvent, causedBy, eventRow, markDue, PRIORITY, wakeUp } from "../write-sql.ts";

/** People in one statement, so that no statement takes long. */
const SLICE = 1_000;

/**
 * The people who were removed because of the cause of a hold: in the time window of the limit before the hold
 * was opened, while it was open, and after its approval. This applies to other limits too, because an emptied
 * department or a collapsed source removes some people before the hold. For held rules the window is that of
 * removals. People whom the directory does not want are not put back, so a person too many in this list does
 * no harm.
 */
const OF_HOLD: Statement = {
  name: "put-back-of-hold",
  text: `select r.entity_id as id from removed_people r join holds h on h.id = $2 and h.target = $1
     where r.target = $1 and r.counted
       and r.at > h.opened_at - case h.limit_name when 'mappingChanged' then ${WINDOW_HOURS.peopleRemoved} else h.hours end * interval '1 hour'
       and r.at <= coalesce(h.closed_at, now())
       and case h.limit_name
         when 'sourceCollapsed' then not exists (select from people u where u.id = r.entity_id and u.source_id <> (h.detail->>'source')::uuid ${APART})
         else h.limit_name in ('peopleRemoved', 'departmentEmptied', 'mappingChanged') end
    union
    select m.entity_id from hold_members m where m.hold_id = $2 and m.target = $1 and m.kind = 'user' and m.action = 'remove' and m.done
    order by id`,
};
const HOLD_EXISTS: Statement = {
  name: "put-back-hold",
  text: "select from holds where target = $1 and id = $2",
};

/**
 * The result for each person. Without a row in removed_people, the person was never removed, or too long ago;
 * the history shows which.
 */
const CHECK: Statement = {
  name: "put-back-judge",
  text: `select a.id, coalesce(${NAMES_OF_PERSON}, r.attributes->>'name') as name,
      case
        when r.entity_id is null then case
          when exists (select from history e where e.subject = a.id and e.code = 'target.outcome' and e.outcome = 'done' and e.target = $1
                        and e.detail->>'action' = 'remove') then case when u.id is null then 'deleted' else 'expired' end
          when u.id is not null or l.entity_id is not null then 'notRemoved' else 'unknown' end
        when l.created_at < r.at then 'notRemoved'
        when r.attributes is null then 'restored'
        when u.id is null then 'deleted'
        when not u.active and exists (select from persons p where p.id = a.id and cardinality(p.left_sources) > 0)
          and not exists (select from users own where own.person_id = a.id and not own.active) then 'recordDeleted'
        when not u.active then 'notWanted'
        else 'restoring' end as result
    from unnest($2::uuid[]) with ordinality as a(id, at)
    left join removed_people r on r.target = $1 and r.entity_id = a.id and r.at > now() - ${KEPT_DAYS} * interval '1 day'
    left join ${personWith("a.id")} u on true
    left join links l on l.target = $1 and l.kind = 'user' and l.entity_id = a.id and l.status = 'owned'
    order by a.at`,
};

const PUT_BACK: Statement = {
  name: "put-back",
  text: `with asked as (
    update removed_people r set restoring = true where r.target = $1 and r.entity_id = any($2::uuid[]) returning r.entity_id),
  event as (${appendEvent(3, "(select 1 from asked limit 1) once")} where $5::boolean),
  marked as (${markDue(
    `(select 'user'::text as kind, entity_id, ${PRIORITY.person}::smallint as priority, ${causedBy(3)} as causes from asked) m`,
    "$4::text[]",
  )}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
};

interface Checked extends Record<string, unknown> {
  readonly id: string;
  readonly name: string | null;
  readonly result: PutBackResult;
}

export function createPutBack(pool: Pool, target: string, clock: Clock): PutBackOperations {
  async function ofHold(hold: string): Promise<readonly string[] | undefined> {
    if (!isUuid(hold) || (await run(pool, HOLD_EXISTS, [target, hold])).length === 0) return undefined;
    return (await run<{ id: string }>(pool, OF_HOLD, [target, hold])).map(({ id }) => id);
  }

  return {
    async putBack(request, operator, detail) {
      const ids = "hold" in request ? await ofHold(request.hold) : [...new Set(request.ids)];
      if (!ids) return undefined;
      return inTransaction(pool, async (db) => {
        const checked: Checked[] = [];
        for (let at = 0; at < ids.length; at += SLICE)
          checked.push(...(await run<Checked>(db, CHECK, [target, ids.slice(at, at + SLICE)])));
        const wanted = checked.filter(({ result }) => result === "restoring").map(({ id }) => id);
        const event = operatorEvent(
          "operator.restore",
          operator,
          { clock, target },
          {
            ...("hold" in request ? { hold: request.hold } : {}),
            count: wanted.length,
            refused: checked.length - wanted.length,
            ...detail,
          },
        );
        for (let at = 0; at < wanted.length; at += SLICE)
          await run(db, PUT_BACK, [
            target,
            wanted.slice(at, at + SLICE),
            eventRow(event),
            [target],
            at === 0,
          ]);
        return {
          people: checked.map(({ id, name, result }) => ({ id, ...(name === null ? {} : { name }), result })),
          restoring: wanted.length,
        };
      });
    },
  };
}
