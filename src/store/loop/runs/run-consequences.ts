import type { HistoryEvent } from "../../../history/event.ts";
import { HELD_BY_LIMIT } from "../../../reconcile/guard/hold.ts";
import type { Claim, LinkChange, LinkedObject, RunOutcome } from "../../../reconcile/ports.ts";
import { MAX_BLOCKED_LOOKS } from "../../../reconcile/run/end/next-state.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";
import { FORGOTTEN } from "../../write-sql.ts";
import { changeGraces } from "../guard/graces.ts";
import { carriedOut, leaveHolds, membershipsOf, unflag } from "../guard/hold-members.ts";
import { wasPutBack } from "../guard/removed-people.ts";
import {
  MARK_AWAITED,
  NAMED,
  RECHECK_AWAITED,
  RECHECK_CIRCLE,
  RECHECK_IF_STUCK,
  RECHECK_REFUSED,
  RECHECK_WAITING,
  REQUEUE,
  REQUEUE_AWAITED,
  REQUEUE_CONTAINERS,
  REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER,
  REQUEUE_DEPENDENTS,
  REQUEUE_IF_FREE,
  REQUEUE_MANAGED_DEPARTMENTS,
  REQUEUE_MEMBERS,
  REQUEUE_REPORTS,
  REQUEUE_REPORTS_BY_REMOTE_MANAGER,
  REQUEUE_SAME_CAUSE,
  REQUEUE_WAITING,
} from "./requeue.ts";

/*
 * Consequences of ended runs for links and for other entities, in the transaction of the end. requeue.ts defines which entities become due.
 */

/** A run and its result. */
export interface FinishedRun {
  readonly claim: Claim;
  readonly end: RunOutcome;
}

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

/** Writes the links of a FROM item. */
export const putLinks = (links: string): string => `
  insert into links (target, kind, entity_id, remote_id, status, presence, attributes, containers, observed_at)
  select $1, l.kind, l.id, l.remote_id, 'owned', l.presence, l.attributes, l.containers, now() from ${links} l order by l.kind, l.id
  on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', presence = excluded.presence,
    attributes = excluded.attributes, unshown = null, containers = excluded.containers, observed_at = now(), invitation = null, fresh = false`;

const PUT_LINKS = statement(
  "put-links",
  putLinks(
    "(select * from json_to_recordset($2::json) as g(kind text, id uuid, remote_id text, presence text, attributes json, containers text[]))",
  ),
);
/** Stores an observation and leaves the rest of the link unchanged, such as `fresh`. */
const SEEN = statement(
  "seen",
  `update links l set presence = g.presence, attributes = g.attributes, unshown = null, containers = g.containers, observed_at = now()
     from json_to_recordset($3::json) as g(id uuid, remote_id text, presence text, attributes json, containers text[])
    where l.target = $1 and l.kind = $2 and l.entity_id = g.id and l.status = 'owned' and l.remote_id = g.remote_id and l.attributes is null`,
);
const FORGET_OBSERVATIONS = statement(
  "forget",
  `update links l set ${FORGOTTEN} where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])`,
);
const INVITED = statement(
  "invited",
  `update links l set invitation = n.invitation from json_to_recordset($2::json) as n(kind text, id uuid, invitation json)
    where l.target = $1 and l.kind = n.kind and l.entity_id = n.id and l.status = 'intended'`,
);
/**
 * A person who comes into a department was not its manager before, whatever the stored observation says. REQUEUE_MANAGED_DEPARTMENTS wakes
 * departments that name the person.
 */
const FORGET_MANAGED = statement(
  "forget-managed",
  `update links l set ${FORGOTTEN} from json_to_recordset($2::json) as n(department text, person text)
    where l.target = $1 and l.kind = 'department' and l.remote_id = n.department and (l.attributes->'managers')::jsonb ? n.person`,
);
/** The object was not found under its remote id. The next run searches for it by our own id. */
const DOUBT_LINKS = statement(
  "doubt-links",
  `update links l set status = 'intended', ${FORGOTTEN}, presence = null, containers = '{}'
    where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])`,
);
const REMOVE_LINKS = statement("remove-links", "delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])");
/** Only if nothing has changed for the entity since. */
const REMOVE_STATES = statement(
  "remove-states",
  "delete from entity_states s where s.target = $1 and s.kind = $2 and s.entity_id = any($3::uuid[]) and s.state = 'inSync' and s.recheck_at is null",
);
const REMOVE_NODES = statement(
  "remove-nodes",
  `delete from departments d where d.target = $1 and d.id = any($2::uuid[]) and not d.present
     and not exists (select 1 from departments c where c.parent_id = d.id) and not exists (select 1 from placements p where p.department_id = d.id)
     and not exists (select 1 from person_departments p where p.department_id = d.id)`,
);

/** A run that lost its lease after a write. The state of the object is unknown, so the entity becomes due. */
const LATE = statement(
  "late",
  `with event as (insert into history select h.* from json_populate_recordset(null::history, $4::json) h),
  locked as materialized (
    select 1 from ${NAMED} n cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = n.kind and s.entity_id = n.id for update) l),
  forgotten as (update links l set ${FORGOTTEN} from ${NAMED} n where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = n.kind and l.entity_id = n.id)
  update entity_states s set ${REQUEUE}, recheck_at = now() + $5::float8 * interval '1 ms' from ${NAMED} n where s.target = $1 and s.kind = n.kind and s.entity_id = n.id`,
);

const waitsOn = (runs: readonly FinishedRun[]): readonly string[] => [
  ...new Set(runs.flatMap(({ end: { next } }) => next.waitingOn ?? [])),
];

/** Whether the entity has to do without a value that another entity or a stranger has. */
export const isWithoutValue = ({ refused = {} }: RunOutcome): boolean =>
  Object.values(refused).some(({ holder, stranger }) => (holder ?? stranger) !== undefined);

/**
 * Call it first in the transaction that ends runs. An entity without a value that another one has also waits for that one, in any state.
 */
export async function markAwaited(db: Queryable, target: string, runs: readonly FinishedRun[]): Promise<void> {
  const awaited = waitsOn(runs);
  if (awaited.length === 0) return;
  await run(db, MARK_AWAITED, [target, runs.map(({ claim }) => claim.ref.kind), runs.map(({ claim }) => claim.ref.id), awaited]);
}

/** Writes the consequences of runs that had their lease until the end. Statements without rows are left out. */
export async function consequences(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
  { now, rehearsed }: { readonly now: Date; readonly rehearsed: boolean },
): Promise<void> {
  const named = (wanted: (ended: FinishedRun) => boolean): [string[], string[]] => {
    const chosen = runs.filter(wanted).map(({ claim }) => claim.ref);
    return [chosen.map((ref) => ref.kind), chosen.map((ref) => ref.id)];
  };
  const events = (wanted: (ended: FinishedRun) => boolean): string[] =>
    runs.filter(wanted).flatMap(({ end }) => (end.event && !rehearsed ? [end.event.id] : []));
  const wake = async (statement: Statement, wanted: (ended: FinishedRun) => boolean): Promise<void> => {
    const [, ids] = named(wanted);
    if (ids.length > 0) await run(db, statement, [target, ids, events(wanted)]);
  };
  const look = async (statement: Statement, wanted: (ended: FinishedRun) => boolean): Promise<void> => {
    const [kinds, ids] = named(wanted);
    if (ids.length > 0) await run(db, statement, [target, kinds, ids]);
  };
  /**
   * One statement for each kind. Both kinds in one statement would be a join, which PostgreSQL may execute as a scan of the whole table.
   */
  const change = async (statement: Statement, wanted: (ended: FinishedRun) => boolean): Promise<void> => {
    const [kinds, ids] = named(wanted);
    for (const kind of new Set(kinds)) await run(db, statement, [target, kind, ids.filter((_, at) => kinds[at] === kind)]);
  };

  // This is first: the links still have the remote ids by which reports name their manager.
  await wake(REQUEUE_REPORTS, ({ claim, end }) => end.presenceChanged && claim.ref.kind === "user");
  await wake(REQUEUE_REPORTS_BY_REMOTE_MANAGER, ({ claim, end }) => isGone(end.link) && claim.ref.kind === "user");
  await wake(
    REQUEUE_MANAGED_DEPARTMENTS,
    ({ claim, end }) => claim.ref.kind === "user" && end.link.kind !== "keep" && end.event?.outcome === "done",
  );
  await wake(REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER, ({ claim, end }) => claim.ref.kind === "user" && isGone(end.link));
  await wake(REQUEUE_DEPENDENTS, ({ end }) => end.presenceChanged || end.event?.outcome === "done");
  await wake(REQUEUE_MEMBERS, ({ claim, end }) => end.presenceChanged && end.link.kind === "put" && claim.ref.kind !== "user");
  await wake(
    REQUEUE_WAITING,
    ({
      end: {
        link,
        next: { state, waitingOn },
      },
    }) => state === "parked" || state === "held" || link.kind === "invitation" || (state === "inSync" && waitingOn !== undefined),
  );
  // A parked entity has succeeded. One that gave up a value proves nothing.
  const eased = runs.flatMap(({ claim, end }) => (claim.cause !== undefined && end.event?.outcome === "done" ? [claim.cause] : []));
  if (eased.length > 0) await run(db, REQUEUE_SAME_CAUSE, [target, eased, events(({ claim }) => claim.cause !== undefined)]);
  const puts = runs.flatMap(({ claim, end }) => (end.link.kind === "put" ? [{ ...claim.ref, ...linkColumns(end.link) }] : []));
  if (puts.length > 0) await run(db, PUT_LINKS, [target, JSON.stringify(puts)]);
  const seen = runs.flatMap(({ claim, end: { link } }) => (link.kind === "seen" ? [{ ...claim.ref, ...linkColumns(link) }] : []));
  for (const kind of new Set(seen.map((each) => each.kind)))
    await run(db, SEEN, [target, kind, JSON.stringify(seen.filter((each) => each.kind === kind))]);
  const invited = runs.flatMap(({ claim, end: { link } }) =>
    link.kind === "invitation" ? [{ ...claim.ref, invitation: link.invitation }] : [],
  );
  if (invited.length > 0) await run(db, INVITED, [target, JSON.stringify(invited)]);
  await changeGraces(db, target, runs);
  await wasPutBack(
    db,
    target,
    runs.filter(({ end }) => end.restored).map(({ claim }) => claim.ref.id),
  );
  await change(DOUBT_LINKS, ({ end }) => end.link.kind === "doubt");
  await change(REMOVE_LINKS, ({ end }) => end.link.kind === "remove");
  await change(FORGET_OBSERVATIONS, ({ end }) => end.next.observeFirst);
  const arrived = runs.flatMap(({ claim, end: { link, arrived = [] } }) =>
    claim.ref.kind === "user" && link.kind === "put" ? arrived.map((department) => ({ department, person: link.remoteId })) : [],
  );
  if (arrived.length > 0) await run(db, FORGET_MANAGED, [target, JSON.stringify(arrived)]);
  const departed = runs.flatMap(({ end }) => end.departed);
  if (departed.length > 0) await run(db, REQUEUE_CONTAINERS, [target, departed]);
  const waiting = runs.filter(({ end: { next } }) => next.state === "waiting");
  const awaited = waitsOn(waiting);
  const asked = [...new Set(waiting.flatMap(({ end: { refused = {} } }) => Object.keys(refused)))];
  if (awaited.length > 0) await run(db, REQUEUE_AWAITED, [target, awaited, asked]);
  await look(RECHECK_WAITING, ({ end: { next } }) => next.state === "waiting" && next.answer === undefined);
  await look(RECHECK_REFUSED, ({ end: { next } }) => next.state === "waiting" && next.answer !== undefined);
  // After MAX_BLOCKED_LOOKS tries the entity continues without the value.
  await look(REQUEUE_IF_FREE, (ended) => isWithoutValue(ended.end) && ended.claim.attempts + 1 < MAX_BLOCKED_LOOKS);
  const waits = ({ end: { next } }: FinishedRun) => next.state === "waiting" && (next.waitingOn ?? []).length > 0;
  // A refusal that names its holder has rules of its own.
  const unsure = ({ answer, inCircle }: FinishedRun["end"]["next"]) => answer === undefined && inCircle === undefined;
  await look(RECHECK_CIRCLE, (ended) => waits(ended) && unsure(ended.end.next));
  await look(RECHECK_IF_STUCK, (ended) => waits(ended) && ended.end.next.answer === undefined && !ended.end.next.inCircle);
  const inCircle = runs.filter((ended) => waits(ended) && ended.end.next.inCircle).flatMap(({ end }) => end.next.waitingOn ?? []);
  if (inCircle.length > 0) await run(db, RECHECK_AWAITED, [target, inCircle]);
  await settleHolds(db, target, runs, now);
  await change(REMOVE_STATES, ({ end }) => end.gone);
  const [, nodes] = named(({ claim, end }) => end.gone && claim.ref.kind === "department");
  if (nodes.length > 0) await run(db, REMOVE_NODES, [target, nodes]);
}

/** Removes entities from holds that no longer hold them. */
async function settleHolds(db: Queryable, target: string, runs: readonly FinishedRun[], now: Date): Promise<void> {
  const members = runs.filter(concernsHolds);
  if (members.length === 0) return;
  const done = members.flatMap(({ claim, end: { event } }) =>
    event?.outcome === "done" ? [{ ...claim.ref, action: String(event.detail?.["action"]) }] : [],
  );
  await carriedOut(db, target, done);
  const settled = members.filter(({ end }) => isSettled(end)).map(({ claim }) => claim.ref);
  const memberships = await membershipsOf(
    db,
    target,
    settled.map((ref) => ({ ...ref, causes: [] })),
  );
  await leaveHolds(db, target, memberships, now);
  await unflag(db, target, settled);
}

/** Whether the end of a run may change holds. If so, the lock of holds is taken before locks of rows. */
export const concernsHolds = ({ claim, end }: FinishedRun): boolean =>
  claim.inHold === true && (isSettled(end) || end.event?.outcome === "done");

/** Whether the run ended in a final state that is not a hold. An entity that is tried again or waits may come back to its hold. */
const isSettled = ({ next: { state, reasonCode } }: RunOutcome): boolean =>
  state === "inSync" || ((state === "parked" || state === "held") && reasonCode !== HELD_BY_LIMIT);

/**
 * Records late results of runs that had lost their lease and may have written. The intent already has an outcome from the worker that freed
 * the entity.
 */
export async function recordLate(
  db: Queryable,
  { target, vault }: { readonly target: string; readonly vault: Vault },
  runs: readonly FinishedRun[],
  callLifeMs: number,
): Promise<void> {
  const late = runs.flatMap(({ claim, end }) => (end.event ? [{ ref: claim.ref, event: lateOf(end.event) }] : []));
  if (late.length === 0) return;
  const rows = await vault.rows(
    db,
    late.map(({ event }) => event),
  );
  const events = JSON.stringify(rows);
  await run(db, LATE, [target, late.map(({ ref }) => ref.kind), late.map(({ ref }) => ref.id), events, callLifeMs]);
}

function lateOf({ outcome, ...event }: HistoryEvent): HistoryEvent {
  return { ...event, code: "target.late", detail: { ...event.detail, ...(outcome ? { learned: outcome } : {}) } };
}

const isGone = ({ kind }: LinkChange): boolean => kind === "remove" || kind === "doubt";

export const linkColumns = (link: LinkedObject) => ({
  remote_id: link.remoteId,
  presence: link.presence,
  attributes: link.attributes,
  containers: link.containers,
});
