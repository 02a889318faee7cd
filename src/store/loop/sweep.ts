import type pg from "pg";
import { pairKey } from "../../reconcile/adopt/match.ts";
import type { LinkTo, Observation, SweepStore } from "../../reconcile/compare/ports.ts";
import type { Attributes } from "../../reconcile/target-values.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { inSlices } from "../postgres/walk.ts";
import { isPerson } from "../references.ts";
import { appendEvent, eventRow, FORGOTTEN, markDue, PRIORITY, wakeUp } from "../write-sql.ts";
import { countSources } from "./guard/source-figures.ts";
import { RECORD_COVERAGE } from "./hints/event-coverage.ts";

const SLICE = 2_000;

const statement = (name: string, text: string): Statement => ({ name: `sweep-${name}`, text });

const BEGIN = statement("begin", `with event as (${appendEvent(1, "(select 1) as once")}) select 1`);
const MOMENT = statement("moment", "select now() as at");
const END = statement(
  "end",
  `with event as (${appendEvent(1, "(select 1) as once")})
   insert into target_states (target, swept_at) values ($2, now()) on conflict (target) do update set swept_at = excluded.swept_at`,
);
const LINKS_TO = statement(
  "links-to",
  "select l.entity_id, l.remote_id, l.status, l.attributes, l.unshown, l.presence from links l where l.target = $1 and l.kind = $2 and l.remote_id = any($3::text[])",
);
/**
 * Which of these ids are ours. People are in the directory and departments in the tree. An entity with a
 * state, a link or an event was ours too. One statement: what appears at the target is looked up by itself.
 */
const OWNERSHIP = statement(
  "ownership",
  `select
    (select json_agg(json_build_array(w.id, case l.status when 'owned' then l.remote_id end)) from unnest($3::uuid[]) as w(id)
       left join links l on l.target = $1 and l.kind = $2 and l.entity_id = w.id
      where l.entity_id is not null
         or exists (select 1 from entity_states s where s.target = $1 and s.kind = $2 and s.entity_id = w.id)
         or case $2 when 'user' then ${isPerson("w.id")}
                    when 'department' then exists (select 1 from departments d where d.id = w.id and d.target = $1) else false end
         or exists (select 1 from history h where h.subject = w.id and h.subject_kind = $2)) as owners,
    (select json_agg(json_build_array(p.since, p.until)) from lost_periods p where p.target = $1) as periods,
    (select json_agg(json_build_array(a.entity_id, a.remote_id)) from adoptions a
      where a.target = $1 and a.kind = $2 and a.entity_id = any($3::uuid[]) and a.state = 'rejected') as rejected`,
);
/** Lock order: runs lock the state first, then the link. The reverse order causes deadlocks. */
const LOCKED =
  "locked as materialized (select 1 from entity_states s where s.target = $1 and s.kind = $2 and s.entity_id = $3 for update)";
const AFTER_LOCK = "(select count(*) from locked) >= 0";

/**
 * Links an object to an entity, unless another entity has the link. Parameters: 1 target, 2 kind, 3 id, 4
 * remote id, 5 attributes, 6 presence, 7 containers, 8 causes, 9 targets.
 */
const RELINK = statement(
  "relink",
  `with ${LOCKED},
  linked as (
    insert into links as l (target, kind, entity_id, remote_id, status, attributes, presence, containers, observed_at)
    select $1, $2, $3::uuid, $4, 'owned', $5, $6, $7, now()
     where ${AFTER_LOCK} and not exists (select 1 from links o where o.target = $1 and o.kind = $2 and o.remote_id = $4 and o.entity_id <> $3::uuid)
    on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', attributes = excluded.attributes, unshown = null,
      presence = excluded.presence, containers = excluded.containers, observed_at = now(), invitation = null,
      adopted = false, fresh = false, strangers = false
    returning 1),
  marked as (${markDue(`(select $2::text as kind, $3::uuid as entity_id, ${PRIORITY.urgent}::smallint as priority, $8::uuid[] as causes from linked) m`, "$9::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken from linked`,
);
const TRY_CAUSES = statement(
  "try-causes",
  `with first as (
    select distinct on (s.cause) s.kind, s.entity_id from entity_states s
     where s.target = $2 and s.state = 'parked' and s.cause is not null order by s.cause, s.entity_id),
  marked as (${markDue(`(select f.kind, f.entity_id, ${PRIORITY.person}::smallint as priority, $3::uuid[] as causes from first f) m`, "$1::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
const LINKS_BEFORE = statement(
  "links-before",
  `select l.entity_id as id, l.remote_id from links l
    where l.target = $1 and l.kind = $2 and l.entity_id > $3 and l.status = 'owned' and l.observed_at < $4 order by l.entity_id limit ${SLICE}`,
);
/**
 * Makes the entity due. A run of the entity finds a newer generation at its end. Parameters: 1 target, 2
 * kind, 3 id, 4 since, 5 causes.
 */
const marking = (condition: string): string => `
  marked as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, desired_generation = s.desired_generation + 1,
      due_since = coalesce(s.due_since, now()), causes = s.causes || $5::uuid[], refused = null
     where s.target = $1 and s.kind = $2 and s.entity_id = $3 and ${condition} returning 1),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`;
/**
 * Stores an observation. An entity with notes becomes due in any case, because the notes may no longer be
 * true.
 */
const OBSERVED = statement(
  "observed",
  `with ${LOCKED},
  seen as (
    update links l set attributes = $6, unshown = null, presence = $7, containers = $8, observed_at = now()
     where ${AFTER_LOCK} and l.target = $1 and l.kind = $2 and l.entity_id = $3 and l.observed_at < $4 returning 1),
  ${marking("($9::boolean or s.notes is not null) and exists (select 1 from seen)")}`,
);
const MISSING = statement(
  "missing",
  `with ${LOCKED},
  seen as (
    update links l set ${FORGOTTEN} where ${AFTER_LOCK} and l.target = $1 and l.kind = $2 and l.entity_id = $3 and l.observed_at < $4 returning 1),
  ${marking("exists (select 1 from seen)")}`,
);
/**
 * The same for an object that another one has replaced under its id. The link stays without it, as after an
 * unanswered create.
 */
const REPLACED = statement(
  "replaced",
  `with ${LOCKED},
  seen as (
    update links l set status = 'intended', remote_id = null, ${FORGOTTEN}, presence = null, containers = '{}', adopted = false, fresh = false, strangers = false
     where ${AFTER_LOCK} and l.target = $1 and l.kind = $2 and l.entity_id = $3 and l.observed_at < $4 returning 1),
  ${marking("exists (select 1 from seen)")}`,
);
/**
 * Requeues entities with a refused value: only the target can tell whether the cause is gone. TRY_CAUSES
 * tries one of those that are parked for a common cause.
 */
const REFUSED = statement(
  "refused",
  `with marked as (
    update entity_states s set state = 'due', next_at = now(), attempts = 0, desired_generation = s.desired_generation + 1,
      due_since = coalesce(s.due_since, now()), causes = s.causes || $2::uuid[], refused = null
     where s.target = $1 and (s.state = 'inSync' and (s.refused is not null or strpos(s.notes::text, '"keptOnAdoption"') > 0) or s.state = 'parked' and s.last_answer is not null and s.cause is null) returning 1),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);
const unknownOf = (table: "users" | "groups", kind: "user" | "group", priority: number): Statement =>
  statement(
    `unknown-${table}`,
    `with slice as (
      select r.id from ${table} r where not exists (
        select 1 from entity_states s where s.target = $2 and s.kind = '${kind}' and s.entity_id = r.id) limit ${SLICE}),
    marked as (${markDue(`(select '${kind}'::text as kind, slice.id as entity_id, ${priority}::smallint as priority, $3::uuid[] as causes from slice) m`, "$1::text[]")}),
    woken as (${wakeUp("marked")})
    select (select count(*) from marked) as n, (select count(*) from woken) as woken`,
  );
const UNKNOWN = [
  unknownOf("groups", "group", PRIORITY.structure),
  unknownOf("users", "user", PRIORITY.person),
];

interface LinkRow extends pg.QueryResultRow {
  entity_id: string;
  remote_id: string;
  status: LinkTo["status"];
  attributes: string | null;
  unshown: string | null;
  presence: Observation["presence"] | null;
}

/** JSON texts; null: none. */
interface OwnershipRow extends pg.QueryResultRow {
  readonly owners: string | null;
  readonly periods: string | null;
  readonly rejected: string | null;
}

const pairsOf = <Second>(json: string | null): readonly (readonly [string, Second])[] =>
  json === null ? [] : (JSON.parse(json) as readonly (readonly [string, Second])[]);

const observedOf = ({ attributes, presence }: LinkRow): Observation | undefined =>
  attributes !== null && presence !== null
    ? { attributes: JSON.parse(attributes) as Attributes, presence }
    : undefined;

const toOf = (row: LinkRow): LinkTo => ({
  id: row.entity_id,
  status: row.status,
  observed: observedOf(row),
  ...(row.unshown === null ? {} : { remembered: JSON.parse(row.unshown) as Attributes }),
});

export function createSweepStore(pool: pg.Pool, target: string): Omit<SweepStore, "repair"> {
  return {
    async beginSweep(event) {
      await run(pool, BEGIN, [eventRow(event)]);
    },

    async moment() {
      const [row] = await run<{ at: Date }>(pool, MOMENT, []);
      return row!.at;
    },

    async endSweep(event, missedEvents) {
      await run(pool, END, [eventRow(event), target]);
      await run(pool, RECORD_COVERAGE, [target, missedEvents]);
      await countSources(pool, target);
    },

    async linksTo(kind, remoteIds) {
      const rows = await run<LinkRow>(pool, LINKS_TO, [target, kind, remoteIds]);
      return new Map(rows.map((row) => [row.remote_id, toOf(row)]));
    },

    async ownership(kind, ids) {
      const [row] = await run<OwnershipRow>(pool, OWNERSHIP, [target, kind, ids]);
      return {
        owners: new Map(
          pairsOf<string | null>(row!.owners).map(([id, remoteId]) => [
            id,
            { remoteId: remoteId ?? undefined },
          ]),
        ),
        lostPeriods: pairsOf<string>(row!.periods).map(([since, until]) => ({
          since: new Date(since),
          until: new Date(until),
        })),
        rejected: new Set(pairsOf<string>(row!.rejected).map(([id, remoteId]) => pairKey(id, remoteId))),
      };
    },

    async relink({ kind, id }, { actual: { remoteId, attributes, presence }, containers }, causes) {
      await run(pool, RELINK, [
        target,
        kind,
        id,
        remoteId,
        JSON.stringify(attributes),
        presence,
        containers,
        causes,
        [target],
      ]);
    },

    async *linksBefore(kind, since) {
      const after = (last: string) => [target, kind, last, since];
      for await (const rows of inSlices<{ id: string; remote_id: string }>(pool, LINKS_BEFORE, SLICE, after))
        yield rows.map(({ id, remote_id }) => ({ id, remoteId: remote_id }));
    },

    async noteObserved(ref, { actual, containers, wrong }, since, causes) {
      const values = [target, ref.kind, ref.id, since, causes];
      await run(pool, OBSERVED, [
        ...values,
        JSON.stringify(actual.attributes),
        actual.presence,
        containers,
        wrong,
      ]);
    },

    async noteMissing(ref, since, causes, how) {
      await run(pool, how === "replaced" ? REPLACED : MISSING, [target, ref.kind, ref.id, since, causes]);
    },

    async markRefused(causes) {
      await run(pool, REFUSED, [target, causes]);
    },

    async tryCauses(causes) {
      await run(pool, TRY_CAUSES, [[target], target, causes]);
    },

    async markUnknown(causes) {
      let marked = 0;
      for (const each of UNKNOWN) {
        for (let n = SLICE; n === SLICE; marked += n) {
          const [row] = await run<{ n: number }>(pool, each, [[target], target, causes]);
          n = row!.n;
        }
      }
      return marked;
    },
  };
}
