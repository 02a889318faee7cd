import type pg from "pg";
import type { Ask } from "../../../reconcile/guard/guard.ts";
import { hasCollapsed, type SourceFigure } from "../../../reconcile/guard/limits.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { personWith } from "../../references.ts";
import { withMerged } from "../../write-sql.ts";

/* The number of active people of each source last night. It is counted at the end of a comparison. */

/**
 * A comparison on request within 20 hours does not count again. While a hold of a collapsed source is open,
 * its figure stays.
 */
const COUNT: Statement = {
  name: "sources-count",
  text: `insert into source_figures as f (target, source_id, active, spoke_at)
    select $1, s.id, (select count(*) from users u where u.source_id = s.id and u.active), greatest(
        (select max(u.modified_at) from users u where u.source_id = s.id), (select max(g.modified_at) from groups g where g.source_id = s.id))
      from sources s
    on conflict (target, source_id) do update set active = excluded.active, spoke_at = excluded.spoke_at, counted_at = now(), looked_at = null
     where f.counted_at < now() - interval '20 hours'
       and not exists (select from holds h where h.target = $1 and h.limit_name = 'sourceCollapsed' and h.state = 'open')`,
};

export async function countSources(pool: pg.Pool, target: string): Promise<void> {
  await run(pool, COUNT, [target]);
}

/** If the directory no longer has the person, the events name the source. */
const SOURCES: Statement = {
  name: "sources-of",
  text: `select w.id as person, coalesce(u.source_id, (
      select e.source_id from ${withMerged("w.causes")} c join history e on e.id = c.id where e.source_id is not null order by e.id desc limit 1)) as source
    from json_to_recordset($1::json) as w(id uuid, causes uuid[]) left join ${personWith("w.id")} u on true`,
};

/** Counts the present people of sources, at most once in ten seconds for all processes. */
const LOOK: Statement = {
  name: "sources-look",
  text: `update source_figures f set looked_at = now(),
      active_now = (select count(*) from users u where u.source_id = f.source_id and u.active),
      only_removals = f.spoke_at < f.counted_at - $3::float8 * interval '1 hour'
        and not exists (select from users u where u.source_id = f.source_id and u.modified_at > f.counted_at and u.active)
        and not exists (select from groups g where g.source_id = f.source_id and g.modified_at > f.counted_at)
    where f.target = $1 and f.source_id = any($2::uuid[]) and (f.looked_at is null or f.looked_at < now() - interval '10 seconds')`,
};

const FIGURES: Statement = {
  name: "sources-figures",
  text: `select f.source_id as id, s.name, f.active, f.active_now as "activeNow", f.only_removals as "onlyRemovals"
    from source_figures f join sources s on s.id = f.source_id where f.target = $1 and f.source_id = any($2::uuid[])`,
};

export interface Collapsed extends SourceFigure {
  readonly id: string;
  readonly name: string;
}

/** The collapsed sources, by the ids of people who would be removed. */
export async function collapsedSources(
  db: Queryable,
  target: string,
  asks: readonly Ask[],
): Promise<ReadonlyMap<string, Collapsed>> {
  const leavers = asks.filter(({ spendings }) => spendings.some(({ limit }) => limit === "peopleRemoved"));
  if (leavers.length === 0) return new Map();
  const people = leavers.map(({ claim }) => ({ id: claim.ref.id, causes: claim.causes }));
  const rows = await run<{ person: string; source: string | null }>(db, SOURCES, [JSON.stringify(people)]);
  const ids = [...new Set(rows.flatMap(({ source }) => source ?? []))];
  const { limits } = leavers[0]!.policy;
  await run(db, LOOK, [target, ids, limits.sourceCollapsed.silentHours]);
  const figures = await run<Collapsed & pg.QueryResultRow>(db, FIGURES, [target, ids]);
  const collapsed = new Map(
    figures.filter((figure) => hasCollapsed(figure, limits)).map((figure) => [figure.id, figure]),
  );
  return new Map(
    rows.flatMap(({ person, source }) => {
      const figure = source === null ? undefined : collapsed.get(source);
      return figure ? [[person, figure] as const] : [];
    }),
  );
}
