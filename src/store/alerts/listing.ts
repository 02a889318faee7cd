import type pg from "pg";
import type { AlertFigures, Delivery, Incident, IncidentOperations } from "../../alerts/operations.ts";
import { isUuid } from "../../core/id.ts";
import { pageOf } from "../postgres/page.ts";
import type { Pool } from "../postgres/pool.ts";
import { run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import { incidentFactsOf } from "./deliveries.ts";

const STATE =
  "case when i.closed_at is not null then 'closed' when i.acknowledged_at is not null then 'acknowledged' else 'open' end";
/** An incident that is open for months has many reminders. Only the newest messages are listed. */
const DELIVERIES_MAX = 50;
const INCIDENT = (from: string): string => `
  select i.id, i.kind, i.code, i.class, i.count, i.detail, i.opened_at as "openedAt", i.closed_at as "closedAt", i.acknowledged_at as "acknowledgedAt",
    i.acknowledged_by as "acknowledgedBy", ${STATE} as state, d.all as deliveries
  from ${from} i cross join lateral (
    select coalesce(json_agg(json_build_object('id', n.id, 'channel', n.channel, 'message', n.message, 'state', n.state, 'attempts', n.attempts,
        'createdAt', n.created_at, 'nextAt', n.next_at, 'sentAt', n.sent_at, 'error', n.error) order by n.created_at, n.id), '[]') as all
      from (select * from incident_deliveries where incident_id = i.id order by created_at desc, id desc limit ${DELIVERIES_MAX}) n) d`;

const LIST: Statement = {
  name: "incidents-list",
  text: `${INCIDENT(`(
    select * from incidents i where i.target = $1 and ($2::text is null or ${STATE} = $2)
       and ($3::uuid is null or (i.opened_at, i.id) < (select a.opened_at, a.id from incidents a where a.id = $3))
     order by i.opened_at desc, i.id desc limit $4)`)} order by i.opened_at desc, i.id desc`,
};
const GET: Statement = {
  name: "incidents-get",
  text: INCIDENT("(select * from incidents where target = $1 and id = $2)"),
};
const OPEN_COUNT: Statement = {
  name: "incidents-open",
  text: "select count(*) as n from incidents where target = $1 and closed_at is null",
};
const OPEN_FIGURES: Statement = {
  name: "incidents-open-figures",
  text: `select class, kind as cause, code, acknowledged_at is not null as acknowledged, count(*) as count from incidents
    where target = $1 and closed_at is null group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
};
const DUE_FIGURES: Statement = {
  name: "incidents-due-figures",
  text: "select channel, count(*) as count, min(created_at) as oldest from incident_deliveries where state = 'due' group by channel order by channel",
};
const LOOKED: Statement = {
  name: "incidents-looked",
  text: `select looked_at as "lookedAt" from alert_watches where target = $1 and looked_at > '-infinity'`,
};
const SEALED: Statement = {
  name: "incidents-sealed",
  text: `select l.looked_at as "sealedAt", l.checked_at as "verifiedAt", l.fault as "historyFault" from history_log l`,
};
const ACKNOWLEDGE: Statement = {
  name: "incidents-acknowledge",
  text: `with done as (
      update incidents set acknowledged_at = ($3::json->>'at')::timestamptz, acknowledged_by = $3::json->>'actor'
       where target = $1 and id = $2 and closed_at is null and acknowledged_at is null returning 1),
    event as (${appendEvent(3, "done")})
    select 1 from done`,
};
/** Makes a message due now, whether it was sent, has failed or is still waiting. */
const REPLAY: Statement = {
  name: "incidents-replay",
  text: `with done as (
      update incident_deliveries d set state = 'due', attempts = 0, next_at = ($4::json->>'at')::timestamptz, created_at = ($4::json->>'at')::timestamptz, error = null
        from incidents i where i.target = $1 and i.id = $2 and d.incident_id = i.id and d.id = $3 returning 1),
    event as (${appendEvent(4, "done")})
    select 1 from done`,
};

interface Row extends pg.QueryResultRow {
  readonly id: string;
  readonly kind: Incident["kind"];
  readonly code: string;
  readonly class: Incident["class"];
  readonly count: number;
  readonly detail: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly state: Incident["state"];
  readonly deliveries: string;
}

export function createIncidents(pool: Pool, target: string): IncidentOperations {
  const get = async (id: string): Promise<Incident | undefined> =>
    isUuid(id) ? (await run<Row>(pool, GET, [target, id])).map(incidentOf)[0] : undefined;
  return {
    async list({ state, after, count }) {
      const rows = await run<Row>(pool, LIST, [target, state, after, count + 1]);
      const { items: incidents, more } = pageOf(rows.map(incidentOf), count, ({ id }) => id);
      return { incidents, ...more };
    },
    get,
    async openCount() {
      return (await run<{ n: number }>(pool, OPEN_COUNT, [target]))[0]!.n;
    },
    async figures() {
      const [open, due, [looked], [sealed]] = await Promise.all([
        run<pg.QueryResultRow & AlertFigures["open"][number]>(pool, OPEN_FIGURES, [target]),
        run<pg.QueryResultRow & AlertFigures["due"][number]>(pool, DUE_FIGURES, []),
        run<{ lookedAt: Date }>(pool, LOOKED, [target]),
        run<{ sealedAt: Date; verifiedAt: Date | null; historyFault: string | null }>(pool, SEALED, []),
      ]);
      return { open, due, ...looked, ...sealed };
    },
    async acknowledge(id, event) {
      if (isUuid(id)) await run(pool, ACKNOWLEDGE, [target, id, eventRow(event)]);
      return get(id);
    },
    async replay(id, delivery, event) {
      if (!isUuid(id) || !isUuid(delivery)) return undefined;
      const done = await run(pool, REPLAY, [target, id, delivery, eventRow(event)]);
      return done.length === 0 ? undefined : get(id);
    },
  };
}

function incidentOf({ acknowledgedAt, acknowledgedBy, state, deliveries, ...facts }: Row): Incident {
  return {
    ...incidentFactsOf(facts),
    state,
    ...(acknowledgedAt && acknowledgedBy !== null ? { acknowledgedAt, acknowledgedBy } : {}),
    deliveries: (JSON.parse(deliveries) as Stored[]).map(deliveryOf),
  };
}

/** A delivery in the JSON of the database. */
type Stored = Omit<Delivery, "createdAt" | "nextAt" | "sentAt" | "error"> & {
  readonly createdAt: string;
  readonly nextAt: string;
  readonly sentAt: string | null;
  readonly error: string | null;
};

const deliveryOf = ({ createdAt, nextAt, sentAt, error, ...delivery }: Stored): Delivery => ({
  ...delivery,
  createdAt: new Date(createdAt),
  ...(delivery.state === "due" ? { nextAt: new Date(nextAt) } : {}),
  ...(sentAt === null ? {} : { sentAt: new Date(sentAt) }),
  ...(error === null ? {} : { error }),
});
