import type pg from "pg";
import type { EventCode, Outcome } from "../../history/event.ts";
import { LEAVER_CODES, leavings, type StoryEvent } from "../../history/leavers.ts";
import type { Leavers } from "../../kpis/hour.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";

/*
 * Leavers whose result became known in an hour: they were out of the target in time, or their time was over.
 * history/leavers.ts defines who counts.
 */

/** Parameters: 1 first id, 2 id after the last. They limit the events in which people left. */
const LEFT: Statement = {
  name: "",
  text: `select distinct h.subject as id from history h
    where h.id >= $1::uuid and h.id < $2::uuid and h.code in ('user.deactivated', 'user.deleted') and h.subject is not null`,
};
const STORIES: Statement = {
  name: "",
  text: `select h.subject, h.id, h.at, h.code, h.causes, h.outcome, h.detail from history h
    where h.subject = any($1::uuid[]) and h.subject_kind = 'user' and h.code = any($2::text[]) and (h.target is null or h.target = $3)
    order by h.id`,
};

interface StoryRow extends pg.QueryResultRow {
  readonly subject: string;
  readonly id: string;
  readonly at: Date;
  readonly code: EventCode;
  readonly causes: readonly string[];
  readonly outcome: Outcome | null;
  readonly detail: string | null;
}

/** Each person has some dozens of events. */
const PEOPLE_AT_ONCE = 200;

export interface HourOfLeavers {
  readonly target: string;
  /** Ids of the period in which the people may have left; the second is not part of it. */
  readonly left: readonly [from: string, to: string];
  readonly from: Date;
  readonly until: Date;
  readonly now: Date;
  readonly limitMinutes: number;
}

export async function leaversOf(
  db: Queryable,
  { target, left, from, until, now, limitMinutes }: HourOfLeavers,
): Promise<Leavers> {
  const people = await run<{ id: string }>(db, LEFT, left);
  const figures = { total: 0, inTime: 0 };
  for (let at = 0; at < people.length; at += PEOPLE_AT_ONCE) {
    const ids = people.slice(at, at + PEOPLE_AT_ONCE).map(({ id }) => id);
    // One slice after the other, so that memory has the events of few people at a time.
    for (const [id, events] of await storiesOf(db, target, ids)) {
      for (const { inTime, received, answered } of leavings(id, events, limitMinutes, now)) {
        if (inTime === null) continue;
        const known = inTime ? answered!.getTime() : received.getTime() + limitMinutes * 60_000;
        if (known < from.getTime() || known >= until.getTime()) continue;
        figures.total += 1;
        if (inTime) figures.inTime += 1;
      }
    }
  }
  return figures;
}

async function storiesOf(
  db: Queryable,
  target: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly StoryEvent[]>> {
  const stories = new Map<string, StoryEvent[]>(ids.map((id) => [id, []]));
  for (const { subject, outcome, detail, ...event } of await run<StoryRow>(db, STORIES, [
    ids,
    LEAVER_CODES,
    target,
  ]))
    stories.get(subject)!.push({
      ...event,
      ...(outcome ? { outcome } : {}),
      ...(detail === null ? {} : { detail: JSON.parse(detail) }),
    });
  return stories;
}
