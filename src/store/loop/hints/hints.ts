import type pg from "pg";
import { firstUuidAt } from "../../../core/id.ts";
import type { OwnWrite } from "../../../reconcile/hints/own-writes.ts";
import type { HintedLink, HintStore, OpenHint, ShownListening } from "../../../reconcile/hints/ports.ts";
import type { Attributes } from "../../../reconcile/target-values.ts";
import { lookUp } from "../../postgres/planner.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import { appendEvents, eventColumns, markDue, PRIORITY, wakeUp } from "../../write-sql.ts";
import { createEventCoverage } from "./event-coverage.ts";
import { createPlace } from "./place.ts";

/* Events of a target. Rows have no values, only the object, the time and the outcome. */

/** DingTalk delivers an event again after minutes. The dashboard shows the last hint of an entity. */
const KEPT = "interval '7 days'";
/** The share of announced changes uses the figures of one day. */
const FIGURES_KEPT = "interval '30 days'";

const statement = (name: string, text: string): Statement => ({ name: `hints-${name}`, text });

const KEEP = statement(
  "keep",
  `insert into hints (target, event_id, kind, remote_id, type)
    select distinct on (h.event_id, h.kind, h.remote_id) $1, h.event_id, h.kind, h.remote_id, h.type
      from json_to_recordset($2::json) as h(event_id text, kind text, remote_id text, type text)
    on conflict do nothing`,
);

const OPEN = statement(
  "open",
  `with open as (
    select h.kind, h.remote_id, array_agg(h.event_id order by h.received_at, h.event_id) as event_ids, array_agg(h.type order by h.received_at, h.event_id) as types,
        (extract(epoch from now() - min(h.received_at)) * 1000)::float8 as age_ms
      from hints h where h.target = $1 and h.outcome is null group by h.kind, h.remote_id order by min(h.received_at) limit $2)
  select o.*, l.entity_id, l.status, l.attributes, (extract(epoch from now() - l.observed_at) * 1000)::float8 as observed_ms, s.lease is not null as busy,
      case when o.kind = 'department' then (
        select json_agg(json_build_object('id', w.id || ' ' || c.nth, 'api', c.call->>'api', 'durationMs', (c.call->>'durationMs')::float8,
            'answeredMs', extract(epoch from (c.call->>'targetAt')::timestamptz) * 1000))
          from history w cross join lateral json_array_elements(w.detail->'calls') with ordinality as c(call, nth)
         where w.subject = l.entity_id and w.id > $3::uuid and w.code = 'target.outcome' and c.call->>'code' = 'ok' and c.call->>'targetAt' is not null) end as writes
    from open o
    left join ${lookUp("links l", "l.remote_id = o.remote_id and l.kind = o.kind and l.target = $1")} l on true
    left join lateral (select s.lease from entity_states s where s.target = $1 and s.kind = o.kind and s.entity_id = l.entity_id limit 1) s on true`,
);

const NAMED = "json_to_recordset($2::json) as w(event_id text, kind text, remote_id text, entity_id uuid, look uuid)";
const ENDED = (outcome: string): string =>
  `update hints h set outcome = ${outcome}, entity_id = w.entity_id, look = w.look from ${NAMED}
    where h.target = $1 and h.event_id = w.event_id and h.kind = w.kind and h.remote_id = w.remote_id and h.outcome is null returning w.look`;

/** An event arrives at most this late (docs/dingtalk.md 10.2). An older write of ours explains no event. */
const LATEST_MS = 10 * 60_000;

const END = statement("end", ENDED("'echo'"));

/** Hints about objects that are not managed are removed. A repeated event is again about such an object. */
const DROP = statement(
  "drop",
  `delete from hints h using ${NAMED}
    where h.target = $1 and h.event_id = w.event_id and h.kind = w.kind and h.remote_id = w.remote_id and h.outcome is null`,
);

/**
 * Ends hints with the outcome `look`. Where a hint was still open, its event is recorded and its entity becomes due. The stored observation
 * moves to `unshown`, without the attributes in `doubted` (null: all of it is dropped). A read that does not show an attribute uses
 * `unshown`. Parameters: 1 target, 2 hints, 3 entities, 4 targets.
 */
const LOOK = statement(
  "look",
  `with ended as (${ENDED("'look'")}),
  looked as materialized (
    select w.* from json_to_recordset($3::json) as w(kind text, id uuid, look uuid, priority smallint, doubted text[], event json) where w.look in (select e.look from ended e)),
  event as (${appendEvents("looked w")}),
  locked as materialized (
    select 1 from (select kind, id from looked order by kind, id) k cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = k.kind and s.entity_id = k.id for update) l),
  forgotten as (
    update links l set attributes = null,
        unshown = case when k.doubted is not null then (coalesce(l.attributes, l.unshown)::jsonb - k.doubted)::json end from looked k
     where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = k.kind and l.entity_id = k.id and l.status = 'owned'),
  marked as (${markDue("(select k.kind, k.id as entity_id, k.priority, array[k.look] as causes from looked k) m", "$4::text[]")}),
  woken as (${wakeUp("marked")})
  select (select count(*) from woken) as woken`,
);

const FORGET = statement(
  "forget",
  `with old as (delete from hint_figures where target = $1 and at < now() - ${FIGURES_KEPT})
   delete from hints where target = $1 and received_at < now() - ${KEPT}`,
);

const SHOW = statement(
  "show",
  `insert into listening as l (target, state, since, failures, ended_by, reason, heard_at, event_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (target) do update set state = excluded.state, since = excluded.since, failures = excluded.failures, ended_by = excluded.ended_by,
      reason = excluded.reason, heard_at = coalesce(excluded.heard_at, l.heard_at), event_at = coalesce(excluded.event_at, l.event_at), seen_at = now()`,
);

interface OpenRow extends pg.QueryResultRow {
  kind: OpenHint["kind"];
  remote_id: string;
  event_ids: string[];
  types: string[];
  entity_id: string | null;
  status: HintedLink["status"] | null;
  attributes: string | null;
  age_ms: number;
  observed_ms: number | null;
  busy: boolean;
  writes: string | null;
}

export function createHintStore(pool: Pool, target: string): HintStore {
  return {
    async keepHints(hints) {
      const rows = hints.flatMap(({ eventId, type, about }) =>
        about.map(({ kind, remoteId }) => ({ event_id: eventId, kind, remote_id: remoteId, type })),
      );
      if (rows.length > 0) await run(pool, KEEP, [target, JSON.stringify(rows)]);
    },

    async openHints(limit, now) {
      return (await run<OpenRow>(pool.byKey, OPEN, [target, limit, firstUuidAt(now.getTime() - LATEST_MS)])).map(openOf);
    },

    async endHints(hints, outcome) {
      await run(pool, outcome === "echo" ? END : DROP, [target, JSON.stringify(hints.flatMap((hint) => named(hint)))]);
    },

    async requeue(looks) {
      const entities = looks.map(({ hint: { kind, link }, event, doubted }) => ({
        kind,
        id: link!.id,
        look: event.id,
        priority: PRIORITY.structure,
        doubted: doubted === "anything" ? null : doubted,
        event: eventColumns(event),
      }));
      const hints = looks.flatMap(({ hint, event }) => named(hint, event.id));
      await run(pool, LOOK, [target, JSON.stringify(hints), JSON.stringify(entities), [target]]);
    },

    async forgetHints() {
      await run(pool, FORGET, [target]);
    },

    async showListening({ state, since, failures, end, reason, aliveAt, eventAt }: ShownListening) {
      await run(pool, SHOW, [target, state, since, failures, end, reason, aliveAt, eventAt]);
    },

    ...createEventCoverage(pool, target),

    takePlace: () => createPlace(pool, target),
  };
}

const named = ({ kind, remoteId, eventIds, link }: OpenHint, look?: string) =>
  eventIds.map((event_id) => ({ event_id, kind, remote_id: remoteId, entity_id: link?.id, look }));

const openOf = (row: OpenRow): OpenHint => ({
  kind: row.kind,
  remoteId: row.remote_id,
  eventIds: row.event_ids,
  types: row.types,
  ageMs: row.age_ms,
  link:
    row.entity_id === null || row.status === null
      ? undefined
      : {
          id: row.entity_id,
          status: row.status,
          observed: row.attributes === null ? undefined : (JSON.parse(row.attributes) as Attributes),
          observedMs: row.observed_ms ?? undefined,
          writes: row.writes === null ? [] : (JSON.parse(row.writes) as OwnWrite[]),
        },
  busy: row.busy,
});
