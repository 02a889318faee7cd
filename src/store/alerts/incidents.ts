import type pg from "pg";
import type { ChannelName } from "../../alerts/channels/channel.ts";
import type { OpenIncident } from "../../alerts/incident.ts";
import { sizeOfCheckpoint } from "../../alerts/messages/checkpoint.ts";
import type { AlertStore, Decided, Memory } from "../../alerts/ports.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../postgres/statement.ts";
import { deliverTo } from "./deliveries.ts";
import { readFacts } from "./facts.ts";

/*
 * One check of the rules, in one transaction: take the turn, read the facts, and write the incidents with
 * their messages.
 */

const BEGIN: Statement = {
  name: "alerts-begin",
  text: "insert into alert_watches (target) values ($1) on conflict do nothing",
};
/** The process with the turn locks the row. Other processes skip it and do not wait. */
const TURN: Statement = {
  name: "alerts-turn",
  text: `select memory from alert_watches where target = $1 and looked_at <= clock_timestamp() - $2::float8 * interval '1 ms' for update skip locked`,
};
const EVALUATED: Statement = {
  name: "alerts-looked",
  text: "update alert_watches set looked_at = clock_timestamp(), memory = $2::json where target = $1",
};
const OPEN: Statement = {
  name: "alerts-open",
  text: `select id, key, opened_at as "openedAt", acknowledged_at is not null as acknowledged, reminders, remind_at as "remindAt"
    from incidents where target = $1 and closed_at is null`,
};
const INSERT: Statement = {
  name: "alerts-insert",
  text: `insert into incidents (id, target, key, kind, code, class, count, detail, opened_at, remind_at)
    select n.id, $1, n.key, n.kind, n.code, n.class, n.count, n.detail, n.opened_at, n.remind_at
      from json_to_recordset($2::json) as n(id uuid, key text, kind text, code text, class text, count bigint, detail json, opened_at timestamptz, remind_at timestamptz)
    on conflict (target, key) where closed_at is null do nothing returning id`,
};
/** Writes only the incidents that have changed. */
const UPDATE: Statement = {
  name: "alerts-update",
  text: `update incidents i set count = n.count, detail = n.detail, reminders = coalesce(n.reminders, i.reminders), remind_at = coalesce(n.remind_at, i.remind_at)
      from json_to_recordset($1::json) as n(id uuid, count bigint, detail json, reminders int, remind_at timestamptz)
     where i.id = n.id and (i.count <> n.count or i.detail::text <> n.detail::text or n.reminders is not null)`,
};
const CLOSE: Statement = {
  name: "alerts-close",
  text: "update incidents set closed_at = $2 where id = any($1::uuid[]) and closed_at is null",
};
/**
 * Removes incidents 100 days after they closed, because reports look back a quarter of a year. Removes
 * signals after a week.
 */
const DELETE_OLD: Statement = {
  name: "alerts-tidy",
  text: `with old as (delete from incidents where target = $1 and closed_at < $2::timestamptz - interval '100 days')
    delete from alert_signals where target in ($1, '') and last_at < $2::timestamptz - interval '7 days'`,
};
/** Every message needs an incident. The incident of a checkpoint message is closed when it is created. */
const QUEUE_CHECKPOINT: Statement = {
  name: "alerts-say-checkpoint",
  text: `insert into incidents (id, target, key, kind, code, class, count, detail, opened_at, closed_at, remind_at)
    values ($1::uuid, $2, 'checkpoint:' || $1::uuid, 'checkpoint', 'checkpoint', 'B', $3, $4::json, $5, $5, $5)`,
};
/**
 * The first check of each hour removes old rows. At times no process or two processes do it, which does no
 * harm.
 */
const DELETE_EVERY_MS = 3_600_000;

export const createEvaluation =
  (pool: Pool, target: string): AlertStore["evaluate"] =>
  async ({ now, paceMs, channels }, decide) => {
    await run(pool, BEGIN, [target]);
    return inTransaction(pool, async (db) => {
      const [turn] = await run<{ memory: string }>(db, TURN, [target, paceMs]);
      if (!turn) return false;
      const facts = await readFacts(db, target, now);
      const incidents = await run<pg.QueryResultRow & OpenIncident>(db, OPEN, [target]);
      const decided = decide({
        facts,
        incidents,
        memory: { ...NOTHING, ...(JSON.parse(turn.memory) as Partial<Memory>) },
      });
      await write(db, target, decided, { now, channels });
      await run(db, EVALUATED, [target, JSON.stringify(decided.memory)]);
      if (now.getTime() % DELETE_EVERY_MS < paceMs) await run(db, DELETE_OLD, [target, now]);
      return true;
    });
  };

const NOTHING: Memory = { seen: {}, rhythms: {} };

async function write(
  db: Queryable,
  target: string,
  { opened, goingOn, closed, checkpoint }: Decided,
  { now, channels }: { readonly now: Date; readonly channels: readonly ChannelName[] },
): Promise<void> {
  const rows = opened.map(
    ({ condition: { key, kind, code, class: severity, count, detail }, openedAt, remindAt }) => ({
      ...{ id: uuidv7(now.getTime()), key, kind, code, class: severity, count, detail },
      opened_at: openedAt,
      remind_at: remindAt,
    }),
  );
  if (rows.length > 0) {
    const made = await run<{ id: string }>(db, INSERT, [target, JSON.stringify(rows)]);
    await deliverTo(db, { incidents: made.map(({ id }) => id), occasion: "opened", channels, now });
  }
  if (goingOn.length > 0) {
    const changes = goingOn.map(({ id, count, detail, reminder }) => ({
      ...{ id, count, detail },
      ...(reminder ? { reminders: reminder.reminders, remind_at: reminder.remindAt } : {}),
    }));
    await run(db, UPDATE, [JSON.stringify(changes)]);
    const reminded = goingOn.filter(({ reminder }) => reminder).map(({ id }) => id);
    await deliverTo(db, { incidents: reminded, occasion: "reminder", channels, now });
  }
  if (closed.length > 0) {
    const ids = closed.map(({ id }) => id);
    await run(db, CLOSE, [ids, now]);
    await deliverTo(db, { incidents: ids, occasion: "closed", channels, now });
  }
  if (checkpoint !== undefined) {
    const id = uuidv7(now.getTime());
    await run(db, QUEUE_CHECKPOINT, [
      id,
      target,
      sizeOfCheckpoint(checkpoint),
      JSON.stringify({ checkpoint }),
      now,
    ]);
    await deliverTo(db, { incidents: [id], occasion: "checkpoint", channels, now });
  }
}
