import type { JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";

/*
 * Parts of SQL that several statements share. A write of the directory is one statement: a chain of common
 * table expressions that changes the resource, appends the event, marks the entities and adds a wake-up. All
 * of it commits, or nothing.
 */

/**
 * Assignments for a link: forgets the observed values, so that the next run reads the entity from the target.
 */
export const FORGOTTEN = "attributes = null, unshown = null";

/**
 * Appends the event that parameter `at` has as JSON, once for each row of `from`, which must have one row or
 * none.
 */
export const appendEvent = (at: number, from: string): string =>
  `insert into history select e.* from json_populate_record(null::history, $${at}::json) e, ${from}`;

/** Appends the events of `from`, a FROM item `w` with a JSON column `event`. */
export const appendEvents = (from: string): string =>
  `insert into history select e.* from ${from} cross join json_populate_record(null::history, w.event) e`;

/** An event without values as JSON for `appendEvent`. Its members are columns of `history`. */
export const eventRow = (event: HistoryEvent): string => JSON.stringify(eventColumns(event));

/**
 * The columns of an event without values. Throws for an event with values: they must be encrypted by the
 * vault (store/personal/vault.ts).
 */
export function eventColumns(event: HistoryEvent): EventColumns {
  if (hasValues(event)) throw new Error(`an event ${event.code} has values, so the vault must make its row`);
  return openColumns(event);
}

export const hasValues = ({ changes, personal }: HistoryEvent): boolean =>
  (changes !== undefined && Object.keys(changes).length > 0) || personal !== undefined;

/** All columns of an event except the values. */
export function openColumns(event: HistoryEvent): EventColumns {
  const attributes = Object.keys(event.changes ?? {});
  return {
    id: event.id,
    at: event.at,
    code: event.code,
    actor: event.actor,
    source_id: event.sourceId,
    request_id: event.requestId,
    // Merged marks may have the same cause more than once.
    causes: [...new Set(event.causes)],
    subject_kind: event.subject?.kind,
    subject: event.subject?.id,
    target: event.target,
    attempt: event.attempt,
    outcome: event.outcome,
    attributes: attributes.length > 0 ? attributes : undefined,
    detail: event.detail,
  };
}

/** Columns of `history` for JSON. */
export interface EventColumns {
  readonly id: string;
  readonly at: Date;
  readonly code: string;
  readonly actor: string;
  readonly source_id: string | undefined;
  readonly request_id: string | undefined;
  readonly causes: readonly string[];
  readonly subject_kind: string | undefined;
  readonly subject: string | undefined;
  readonly target: string | undefined;
  readonly attempt: number | undefined;
  readonly outcome: string | undefined;
  readonly attributes: readonly string[] | undefined;
  readonly detail: JsonObject | undefined;
  /** Nonce, ciphertext and tag in hexadecimal. */
  readonly sealed?: string;
}

/** SQL for the causes of a mark: the id of the event in parameter `at`. */
export const causedBy = (at: number): string => `array[($${at}::json->>'id')::uuid]`;

/**
 * SQL for the ids of causes and of those that a `marks.merged` among them stands for
 * (docs/adr/0028-causes-merge.md), with these events themselves. `causes`: an array of ids.
 */
export const withMerged = (causes: string): string => `
  (with recursive cause(id) as (
    select unnest(${causes}) union select unnest(e.causes) from cause k join history e on e.id = k.id and e.code = 'marks.merged')
  select id from cause)`;

/** The order of runs, lowest first. Leavers come first, and departments come before their people. */
export const PRIORITY = { urgent: 0, structure: 1, person: 2 } as const;

/**
 * Marks entities as due. `rows` is a FROM item `m(kind text, entity_id uuid, priority smallint, causes
 * uuid[])`, with distinct entities. A mark says which entity to check and never what to do. Marks of one
 * entity merge, and their causes are added. A lease is not changed: its run finds at the end that the
 * generation has changed. The reason of the last run stays until the next run.
 */
export const markDue = (rows: string, targets: string): string => `
  insert into entity_states as s (target, kind, entity_id, state, priority, next_at, due_since, causes)
  select t.name, m.kind, m.entity_id, 'due', m.priority, now(), now(), m.causes
    from ${rows}, unnest(${targets}) as t(name)
    order by m.kind, m.entity_id
  on conflict (target, kind, entity_id) do update set
    state = 'due', attempts = 0, waiting_on = null,
    priority = least(s.priority, excluded.priority),
    next_at = excluded.next_at,
    due_since = case when s.state in ('due', 'waiting') then s.due_since else excluded.due_since end,
    desired_generation = s.desired_generation + 1,
    causes = s.causes || excluded.causes
  returning 1`;

/**
 * SQL: the session is not a rehearsal (store/rehearsal/shadow.ts). A rehearsal must have no effect outside
 * its copy.
 */
export const IS_REAL = "coalesce(current_setting('dingtalk_scim.rehearsal', true), '') = ''";

/**
 * Adds the wake-up job if `marked` has rows and no wake-up is waiting. So ten changes make one job. A job for
 * every row would be too slow: add_job sends NOTIFY, which serialises commits (measured with 8 clients: 7,700
 * commits/s without, 950 with). If the worker takes a wake-up at the same moment, it may miss the row. Its
 * poll finds the row within a second.
 */
export const wakeUp = (marked: string): string => `
  select graphile_worker.add_job('reconcile', job_key := 'reconcile')
   where exists (select 1 from ${marked}) and ${IS_REAL}
     and not exists (
       select 1 from graphile_worker.jobs j
        where j.key = 'reconcile' and j.locked_at is null and j.attempts < j.max_attempts and j.run_at <= now())`;
