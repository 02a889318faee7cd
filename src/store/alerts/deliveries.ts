import type pg from "pg";
import type { ChannelName } from "../../alerts/channels/channel.ts";
import type { IncidentFacts, Occasion } from "../../alerts/messages/incident-facts.ts";
import type { AlertStore, Claimed } from "../../alerts/ports.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";

/*
 * Messages to be sent. A process claims a message for a minute. If it does not report the result by then, the
 * message is due again under the same id.
 */

const INSERT: Statement = {
  name: "deliveries-insert",
  text: `insert into incident_deliveries (id, incident_id, channel, message, state, created_at, next_at)
    select n.id, n.incident, n.channel, $2, 'due', $3, $3 from json_to_recordset($1::json) as n(id uuid, incident uuid, channel text)`,
};
const IS_DUE: Statement = {
  name: "deliveries-is-due",
  text: "select 1 from incident_deliveries where channel = $1 and state = 'due' and next_at <= $2 limit 1",
};
/** Processes claim one after another, because they share the limit of messages per minute. */
const LOCK: Statement = {
  name: "deliveries-lock",
  text: "select pg_advisory_xact_lock(72707380, hashtext($1))",
};
const MOST = 10;
const TAKEN_FOR = "interval '1 minute'";

/** Columns of the incident of a delivery. The text of a message is made from them. */
const TOLD = `i.id as "incidentId", i.kind, i.code, i.class, i.count, i.detail, i.opened_at as "openedAt", i.closed_at as "closedAt"`;
const TAKEN = `select t.id, t.channel, t.message as occasion, t.attempts, t.created_at as "createdAt", ${TOLD}
      from taken t join incidents i on i.id = t.incident_id order by t.created_at, t.id`;
const TAKE = `update incident_deliveries d set attempts = d.attempts + 1, attempted_at = $2, next_at = $2::timestamptz + ${TAKEN_FOR}`;
const CLAIM: Statement = {
  name: "deliveries-claim",
  text: `with used as (
      select count(*) as n from incident_deliveries where channel = $1 and attempted_at > $2::timestamptz - interval '1 minute'),
    picked as (
      select id from incident_deliveries where channel = $1 and state = 'due' and next_at <= $2
       order by created_at, id limit (select greatest(0, least(${MOST}, $3::bigint - n)) from used)),
    taken as (${TAKE} from picked where d.id = picked.id returning d.*)
    ${TAKEN}`,
};
const CLAIM_OF: Statement = {
  name: "deliveries-claim-of",
  text: `with taken as (${TAKE} where d.incident_id = $1 returning d.*) ${TAKEN}`,
};
const SENT: Statement = {
  name: "deliveries-sent",
  text: "update incident_deliveries set state = 'sent', sent_at = $2, error = null where id = $1",
};
const FAILED: Statement = {
  name: "deliveries-failed",
  text: `update incident_deliveries set error = $2, state = case when $3::timestamptz is null then 'failed' else 'due' end, next_at = coalesce($3, next_at)
    where id = $1 and state = 'due'`,
};

/** Used for a channel without a limit. */
const UNLIMITED = 1_000_000;

interface ClaimedRow
  extends pg.QueryResultRow,
    Omit<Claimed, "about">,
    Omit<IncidentFacts, "id" | "detail" | "closedAt"> {
  readonly incidentId: string;
  readonly detail: string;
  readonly closedAt: Date | null;
}

export async function deliverTo(
  db: Queryable,
  {
    incidents,
    occasion,
    channels,
    now,
  }: {
    readonly incidents: readonly string[];
    readonly occasion: Occasion;
    readonly channels: readonly ChannelName[];
    readonly now: Date;
  },
): Promise<void> {
  const rows = incidents.flatMap((incident) =>
    channels.map((channel) => ({ id: uuidv7(now.getTime()), incident, channel })),
  );
  if (rows.length > 0) await run(db, INSERT, [JSON.stringify(rows), occasion, now]);
}

export const createDeliveries = (pool: Pool): Pick<AlertStore, "claim" | "sent" | "failed"> => ({
  async claim(channel, now, perMinute = UNLIMITED) {
    const due = await run(pool, IS_DUE, [channel, now]);
    return due.length === 0 ? [] : inTransaction(pool, (db) => claim(db, channel, now, perMinute));
  },
  async sent(id, at) {
    await run(pool, SENT, [id, at]);
  },
  async failed(id, { error, nextAt }) {
    await run(pool, FAILED, [id, error, nextAt ?? null]);
  },
});

async function claim(
  db: Queryable,
  channel: ChannelName,
  now: Date,
  perMinute: number,
): Promise<readonly Claimed[]> {
  await run(db, LOCK, [channel]);
  return (await run<ClaimedRow>(db, CLAIM, [channel, now, perMinute])).map(claimedOf);
}

/** Claims the messages of one incident. The caller has just created it in the same transaction. */
export const claimOf = async (db: Queryable, incident: string, now: Date): Promise<readonly Claimed[]> =>
  (await run<ClaimedRow>(db, CLAIM_OF, [incident, now])).map(claimedOf);

const claimedOf = ({
  id,
  channel,
  occasion,
  attempts,
  createdAt,
  incidentId,
  ...facts
}: ClaimedRow): Claimed => ({
  ...{ id, channel, occasion, attempts, createdAt },
  about: incidentFactsOf({ ...facts, id: incidentId }),
});

export const incidentFactsOf = ({
  detail,
  closedAt,
  ...row
}: Omit<IncidentFacts, "detail" | "closedAt"> & {
  readonly detail: string;
  readonly closedAt: Date | null;
}): IncidentFacts => ({
  ...row,
  detail: JSON.parse(detail) as IncidentFacts["detail"],
  ...(closedAt ? { closedAt } : {}),
});
