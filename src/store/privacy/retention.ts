import type pg from "pg";
import { ACCESS_CODES } from "../../history/event.ts";
import type { RetentionJob, RetentionStore } from "../../privacy/retention.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { FIRST_ID } from "../postgres/walk.ts";
import type { Vault } from "../vault.ts";
import { appendEvent, eventRow } from "../write-sql.ts";
import { clearStores } from "./erase.ts";
import { forgetValues } from "./forget-values.ts";

const SLICE = 1_000;

const statement = (name: string, text: string): Statement => ({ name: `retention-${name}`, text });

/** SQL for the smallest id of the time in this parameter. Ids begin with their time (UUID version 7). */
const idAt = (at: number): string =>
  `(lpad(to_hex((extract(epoch from $${at}::timestamptz) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;

const NOT_HELD = (subject: string): string =>
  `not exists (select from legal_holds k where k.subject = ${subject})`;

/**
 * People of whom only the key and old events are left. Events `subject.*`, such as an export, do not count as
 * new.
 */
const LEAVERS = statement(
  "leavers",
  `select k.subject as id from subject_keys k
    where k.kind = 'user' and k.wrapped is not null and k.subject > $2 and ${NOT_HELD("k.subject")}
      and not exists (select from users u where u.id = k.subject)
      and not exists (select from persons p where p.id = k.subject)
      and not exists (select from links l where l.kind = 'user' and l.entity_id = k.subject)
      and not exists (select from history h where h.subject = k.subject and h.at >= $1 and h.code not like 'subject.%')
    order by k.subject limit ${SLICE}`,
);

/**
 * Continues after the last event of the previous call. Events under a legal hold are skipped. When a hold
 * ends, it begins again with the first event (subjects.ts).
 */
const VALUES = statement(
  "values",
  `with slice as materialized (
    select h.id from history h where h.id > coalesce((select m.event from retention_marks m where m.job = 'values'), '${FIRST_ID}')
      and h.id < ${idAt(1)} order by h.id limit ${SLICE}),
  forgotten as materialized (
    select history_forget_values(array(
      select h.id from slice s join history h on h.id = s.id
        where h.at < $1 and (h.changes is not null or h.sealed is not null) and ${NOT_HELD("h.subject")})) as count),
  marked as (
    insert into retention_marks (job, event) select 'values', s.id from slice s order by s.id desc limit 1
    on conflict (job) do update set event = excluded.event)
  select (select f.count from forgotten f) as count, (select count(*) from slice) = ${SLICE} as more`,
);

const EVENTS = statement(
  "events",
  `with gone as materialized (
    select g.id from history_forget_events(array(
      select h.id from history h where h.id < ${idAt(1)} and h.at < $1 and ${NOT_HELD("h.subject")} order by h.id limit ${SLICE})) as g(id)),
  reads as (delete from personal_reads p using gone g where p.event = g.id)
  select count(*)::int as count, count(*) = ${SLICE} as more from gone`,
);

/** Events about access. A legal hold also keeps the reads of its person's values. */
const ACCESS = statement(
  "access",
  `with slice as materialized (
    select h.id, h.code, h.at from history h where h.id > coalesce((select m.event from retention_marks m where m.job = 'access'), '${FIRST_ID}')
      and h.id < ${idAt(1)} order by h.id limit ${SLICE}),
  gone as materialized (
    select g.id from history_forget_events(array(
      select s.id from slice s where s.at < $1 and s.code in (${ACCESS_CODES.map((code) => `'${code}'`).join(", ")})
        and not exists (select from personal_reads p join legal_holds k on k.subject = p.subject where p.event = s.id))) as g(id)),
  reads as (delete from personal_reads p using gone g where p.event = g.id),
  forgotten as (delete from operators o where o.seen_at < $1),
  marked as (
    insert into retention_marks (job, event) select 'access', s.id from slice s order by s.id desc limit 1
    on conflict (job) do update set event = excluded.event)
  select (select count(*) from gone)::int as count, (select count(*) from slice) = ${SLICE} as more`,
);

const ENDED = statement(
  "ended",
  `with assertions as (delete from used_assertions where expires_at < $1 returning 1),
  over as (delete from sessions where expires_at < $1 returning 1),
  links as (delete from login_links where expires_at < $1 returning 1),
  packs as (delete from evidence_packs where expires_at < $1 or state <> 'made' and ordered_at < $1 and seen_at < now() - interval '1 minute' returning 1)
  select ((select count(*) from assertions) + (select count(*) from over) + (select count(*) from links) + (select count(*) from packs))::int as count, false as more`,
);

const MESSAGES = statement(
  "messages",
  `with closed as (delete from incidents where closed_at < $1 returning 1),
  old as (
    delete from incident_deliveries d using incidents i
      where d.incident_id = i.id and d.state <> 'due' and d.created_at < $1 and (i.closed_at is null or i.closed_at >= $1) returning 1)
  select ((select count(*) from closed) + (select count(*) from old))::int as count, false as more`,
);

const APPEND = statement("append", appendEvent(1, "(select 1) as once"));

export function createRetention(pool: pg.Pool, vault: Pick<Vault, "destroy">): RetentionStore {
  /** Works in slices, so that other transactions do not wait for long. */
  async function inTurn(which: Statement, before: Date, signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let more = true; more && !signal.aborted; ) {
      const [row] = await run<{ count: number; more: boolean }>(pool, which, [before]);
      total += row?.count ?? 0;
      more = row?.more ?? false;
    }
    return total;
  }

  async function leavers(before: Date, signal: AbortSignal): Promise<number> {
    let total = 0;
    for (let after = FIRST_ID, more = true; more && !signal.aborted; ) {
      const ids = (await run<{ id: string }>(pool, LEAVERS, [before, after])).map(({ id }) => id);
      if (ids.length > 0)
        await inTransaction(pool, async (db) => {
          await clearStores(db, ids, []);
          await vault.destroy(
            db,
            ids.map((id) => ({ kind: "user", id })),
          );
          await forgetValues(db, ids);
        });
      total += ids.length;
      more = ids.length === SLICE;
      after = ids.at(-1) ?? after;
    }
    return total;
  }

  return {
    forget: (job, before, signal) =>
      job === "leavers" ? leavers(before, signal) : inTurn(STATEMENTS[job], before, signal),

    async append(event) {
      await run(pool, APPEND, [eventRow(event)]);
    },
  };
}

const STATEMENTS: Readonly<Record<Exclude<RetentionJob, "leavers">, Statement>> = {
  values: VALUES,
  events: EVENTS,
  access: ACCESS,
  ended: ENDED,
  messages: MESSAGES,
};
