import type { JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";

/*
 * Pieces of SQL that several statements share. A write of the directory is one statement: a chain of common table expressions that changes the
 * resource, appends the event, marks the entities and leaves a wake-up. Either all of it commits or none.
 */

/** Of a link: what was seen at the target is not to be relied upon, and the next run reads all of it. */
export const FORGOTTEN = "attributes = null, unshown = null";

/** Appends the event given as JSON in parameter `at`, once for each row of `from` (which yields one row or none). */
export const appendEvent = (at: number, from: string): string =>
  `insert into history select e.* from json_populate_record(null::history, $${at}::json) e, ${from}`;

/** Appends the events that `from` yields as JSON in a column `event`. */
export const appendEvents = (from: string): string =>
  `insert into history select e.* from ${from} cross join json_populate_record(null::history, w.event) e`;

/** An event without values as `appendEvent` reads it: column names of `history`. */
export const eventRow = (event: HistoryEvent): string => JSON.stringify(eventColumns(event));

/** Those with values come from the vault (store/personal/vault.ts), as they have to be encrypted. */
export function eventColumns(event: HistoryEvent): EventColumns {
  if (hasValues(event)) throw new Error(`the values of an event ${event.code} have to be encrypted`);
  return openColumns(event);
}

export const hasValues = ({ changes, personal }: HistoryEvent): boolean =>
  (changes !== undefined && Object.keys(changes).length > 0) || personal !== undefined;

/** Everything but the values. */
export function openColumns(event: HistoryEvent): EventColumns {
  const attributes = Object.keys(event.changes ?? {});
  return {
    id: event.id,
    at: event.at,
    code: event.code,
    actor: event.actor,
    source_id: event.sourceId,
    request_id: event.requestId,
    // Marks that merge may bring the same cause more than once.
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

/** Columns of `history`, as JSON has them. */
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

/** The id of the event in parameter `at`, as the causes of a mark. */
export const causedBy = (at: number): string => `array[($${at}::json->>'id')::uuid]`;

/** Lower goes first. Leavers overtake everything; departments come before the people who will sit in them. */
export const PRIORITY = { urgent: 0, structure: 1, person: 2 } as const;

/**
 * Marks entities as due. `rows` is a FROM item `m(kind text, entity_id uuid, priority smallint, causes uuid[])`, with distinct entities.
 * A mark says whom to look at, never what to do: marks of one entity merge, and their causes add up.
 * A running lease is left alone: the run that holds it will see that the generation moved on. What the last look found (the reason) stays until the next.
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

/** Not in a rehearsal (store/rehearsal/shadow.ts), which must reach nobody. */
export const IS_REAL = "coalesce(current_setting('dingtalk_scim.rehearsal', true), '') = ''";

/**
 * Adds the wake-up job when `marked` has rows and no wake-up is waiting already, so that ten changes give one job.
 * A job for every row is not affordable: add_job sends NOTIFY, which serialises commits (measured with 8 clients: 7,700 commits/s without, 950 with).
 * A wake-up that is being taken at this very moment may miss the row; the worker's poll finds it within a second.
 */
export const wakeUp = (marked: string): string => `
  select graphile_worker.add_job('reconcile', job_key := 'reconcile')
   where exists (select 1 from ${marked}) and ${IS_REAL}
     and not exists (
       select 1 from graphile_worker.jobs j
        where j.key = 'reconcile' and j.locked_at is null and j.attempts < j.max_attempts and j.run_at <= now())`;
