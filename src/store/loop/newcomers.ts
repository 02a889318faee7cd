import type pg from "pg";
import type { Newcomer, NewcomerStore } from "../../reconcile/newcomers/ports.ts";
import type { Attributes } from "../../reconcile/target-values.ts";
import type { Pool } from "../postgres/pool.ts";
import { inTransaction, run, type Statement } from "../postgres/statement.ts";
import { appendEvent, eventRow } from "../write-sql.ts";

/*
 * New people at a target, and the notes to their managers. New people are found in the history, so that no
 * run waits for this.
 */

/** An event becomes visible a moment after the time in its id. */
const STRAGGLERS_MS = 15 * 60_000;
/** After this time nobody is new any more, whether a note was sent or not. */
const KEPT = "interval '30 days'";

const statement = (name: string, text: string): Statement => ({ name: `newcomers-${name}`, text });

const LOCK = statement(
  "lock",
  "select pg_try_advisory_xact_lock(hashtextextended('newcomers:' || $1::text, 0)) as mine",
);
const MARK = statement(
  "mark",
  "select m.event from retention_marks m where m.job = 'newcomers:' || $1::text",
);
const MOVE = statement(
  "move",
  `insert into retention_marks (job, event) values ('newcomers:' || $1::text, $2)
    on conflict (job) do update set event = greatest(retention_marks.event, excluded.event)`,
);

/**
 * Finds people whose create was carried out. Parameters: 1 target, 2 first id, 3 id after the last, 4 now.
 */
const FIND = statement(
  "find",
  `insert into newcomer_notes (target, entity_id, outcome, came_at, next_at)
    select $1, h.subject, h.id, h.at, $4 from history h join history i on i.id = h.causes[1]
     where h.code = 'target.outcome' and h.id >= $2::uuid and h.id < $3::uuid and h.outcome = 'done' and h.target = $1 and h.subject_kind = 'user'
       and i.code = 'target.intent' and i.detail->>'action' = 'create'
    on conflict do nothing`,
);
const FORGET = statement("forget", `delete from newcomer_notes where came_at < now() - ${KEPT}`);

const TAKE = statement(
  "take",
  `with taken as materialized (
    select n.entity_id from newcomer_notes n
     where n.target = $1 and n.state = 'due' and n.next_at <= $2
       and not exists (select from target_states t where t.target = $1 and t.halted_at is not null)
     order by n.next_at limit $3 for update skip locked)
  update newcomer_notes n set attempts = n.attempts + 1, next_at = $4 from taken
   where n.target = $1 and n.entity_id = taken.entity_id
   returning n.entity_id, n.outcome, n.came_at, n.attempts,
     (select l.attributes from links l where l.target = $1 and l.kind = 'user' and l.entity_id = n.entity_id and l.status = 'owned') as attributes`,
);

const SENT = statement(
  "told",
  `with done as (update newcomer_notes set state = 'told' where target = $1 and entity_id = $2 and state = 'due' returning 1)
   ${appendEvent(3, "done")}`,
);
const LATER = statement(
  "later",
  "update newcomer_notes set next_at = $3 where target = $1 and entity_id = $2 and state = 'due'",
);
const GIVE_UP = statement(
  "give-up",
  "update newcomer_notes set state = $3 where target = $1 and entity_id = $2 and state = 'due'",
);

interface Row extends pg.QueryResultRow {
  entity_id: string;
  outcome: string;
  came_at: Date;
  attempts: number;
  attributes: string | null;
}

export const createNewcomers = (pool: Pool, target: string): NewcomerStore => ({
  notice: (now) =>
    inTransaction(pool, async (db) => {
      const [turn] = await run<{ mine: boolean }>(db, LOCK, [target]);
      if (!turn!.mine) return;
      const [mark] = await run<{ event: string }>(db, MARK, [target]);
      const until = firstId(now.getTime() + STRAGGLERS_MS);
      if (mark) await run(db, FIND, [target, mark.event, until, now]);
      await run(db, MOVE, [
        target,
        firstId(mark ? Math.max(timeOf(mark.event), now.getTime() - STRAGGLERS_MS) : now.getTime()),
      ]);
      await run(db, FORGET, []);
    }),

  async take(now, { count, leaseMs }) {
    const rows = await run<Row>(pool, TAKE, [target, now, count, new Date(now.getTime() + leaseMs)]);
    return rows.map(
      ({ entity_id, outcome, came_at, attempts, attributes }): Newcomer => ({
        id: entity_id,
        outcome,
        cameAt: came_at,
        attempts,
        // The stored observation, which is JSON of ours.
        attributes: attributes === null ? undefined : (JSON.parse(attributes) as Attributes),
      }),
    );
  },

  async sent(id, event) {
    await run(pool, SENT, [target, id, eventRow(event)]);
  },
  async later(id, nextAt) {
    await run(pool, LATER, [target, id, nextAt]);
  },
  async giveUp(id, as) {
    await run(pool, GIVE_UP, [target, id, as]);
  },
});

/** The lowest id (UUID version 7) of a moment. */
const firstId = (ms: number): string =>
  `${Math.floor(ms)
    .toString(16)
    .padStart(12, "0")
    .replace(/^(.{8})(.{4})$/, "$1-$2")}-0000-0000-000000000000`;
const timeOf = (id: string): number => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
