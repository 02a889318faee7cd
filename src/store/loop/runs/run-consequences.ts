import { HELD_BY_LIMIT } from "../../../reconcile/guard/hold.ts";
import type { LinkChange, RunOutcome } from "../../../reconcile/ports.ts";
import { MAX_BLOCKED_LOOKS } from "../../../reconcile/run/end/next-state.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { changeGraces } from "../guard/graces.ts";
import { carriedOut, leaveHolds, membershipsOf, unflag } from "../guard/hold-members.ts";
import { wasPutBack } from "../guard/removed-people.ts";
import { changeEachKind, type FinishedRun, refsOf, type Wanted } from "./finished-runs.ts";
import { forgetLinks, writeLinks } from "./link-changes.ts";
import {
  MARK_AWAITED,
  RECHECK_AWAITED,
  RECHECK_CIRCLE,
  RECHECK_IF_STUCK,
  RECHECK_REFUSED,
  RECHECK_WAITING,
  REQUEUE_AWAITED,
  REQUEUE_CONTAINERS,
  REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER,
  REQUEUE_DEPENDENTS,
  REQUEUE_IF_FREE,
  REQUEUE_IF_THERE,
  REQUEUE_MANAGED_DEPARTMENTS,
  REQUEUE_MEMBERS,
  REQUEUE_REPORTS,
  REQUEUE_REPORTS_BY_REMOTE_MANAGER,
  REQUEUE_SAME_CAUSE,
  REQUEUE_WAITING,
} from "./requeue.ts";

/*
 * Consequences of ended runs for links and for other entities, in the transaction of the end. requeue.ts
 * defines which entities become due.
 */

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

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

const waitsOn = (runs: readonly FinishedRun[]): readonly string[] => [
  ...new Set(runs.flatMap(({ end: { next } }) => next.waitingOn ?? [])),
];

/** Whether the entity has to do without a value that another entity or a stranger has. */
export const isWithoutValue = ({ refused = {} }: RunOutcome): boolean =>
  Object.values(refused).some(({ holder, stranger }) => (holder ?? stranger) !== undefined);

/**
 * Call it first in the transaction that ends runs. An entity without a value that another one has also waits
 * for that one, in any state. A manager who is left out counts as awaited here, although nobody waits: the
 * ends of both runs must see each other.
 */
export async function markAwaited(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
): Promise<void> {
  const awaited = [...new Set([...waitsOn(runs), ...runs.flatMap(({ end: { missing = [] } }) => missing)])];
  if (awaited.length === 0) return;
  await run(db, MARK_AWAITED, [
    target,
    runs.map(({ claim }) => claim.ref.kind),
    runs.map(({ claim }) => claim.ref.id),
    awaited,
  ]);
}

/**
 * Writes the consequences of runs that had their lease until the end. Statements without rows are left out.
 */
export async function consequences(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
  { now, rehearsed }: { readonly now: Date; readonly rehearsed: boolean },
): Promise<void> {
  // This is first: the links still have the remote ids by which reports name their manager.
  await requeueOthers(db, target, runs, rehearsed);
  await writeLinks(db, target, runs);
  await changeGraces(db, target, runs);
  const restored = refsOf(runs, ({ end }) => end.restored === true).map(({ id }) => id);
  await wasPutBack(db, target, restored);
  await forgetLinks(db, target, runs);
  const departed = runs.flatMap(({ end }) => end.departed);
  if (departed.length > 0) await run(db, REQUEUE_CONTAINERS, [target, departed]);
  await checkWaiting(db, target, runs);
  await settleHolds(db, target, runs, now);
  await changeEachKind(db, target, runs)(REMOVE_STATES, ({ end }) => end.gone);
  const nodes = refsOf(runs, ({ claim, end }) => end.gone && claim.ref.kind === "department").map(
    ({ id }) => id,
  );
  if (nodes.length > 0) await run(db, REMOVE_NODES, [target, nodes]);
}

/** Requeues entities that refer to those of the runs or wait for them. */
async function requeueOthers(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
  rehearsed: boolean,
): Promise<void> {
  const events = (wanted: Wanted): string[] =>
    runs.filter(wanted).flatMap(({ end }) => (end.event && !rehearsed ? [end.event.id] : []));
  const wake = async (statement: Statement, wanted: Wanted): Promise<void> => {
    const ids = refsOf(runs, wanted).map(({ id }) => id);
    if (ids.length > 0) await run(db, statement, [target, ids, events(wanted)]);
  };
  const isPerson = ({ claim }: FinishedRun) => claim.ref.kind === "user";

  await wake(REQUEUE_REPORTS, (ended) => ended.end.presenceChanged && isPerson(ended));
  await wake(REQUEUE_REPORTS_BY_REMOTE_MANAGER, (ended) => isGone(ended.end.link) && isPerson(ended));
  // Who has accepted an invitation or was linked arrives without a write, or with one that was refused.
  await wake(
    REQUEUE_MANAGED_DEPARTMENTS,
    (ended) =>
      isPerson(ended) &&
      ended.end.link.kind !== "keep" &&
      (ended.end.presenceChanged || ended.end.event?.outcome === "done"),
  );
  await wake(REQUEUE_DEPARTMENTS_BY_REMOTE_MANAGER, (ended) => isPerson(ended) && isGone(ended.end.link));
  await wake(REQUEUE_DEPENDENTS, ({ end }) => end.presenceChanged || end.event?.outcome === "done");
  await wake(
    REQUEUE_MEMBERS,
    (ended) => ended.end.presenceChanged && ended.end.link.kind === "put" && !isPerson(ended),
  );
  await wake(REQUEUE_WAITING, ({ end }) => isNoLongerExpected(end));
  // A parked entity has succeeded. One that gave up a value proves nothing.
  const eased = runs.flatMap(({ claim, end }) =>
    claim.cause !== undefined && end.event?.outcome === "done" ? [claim.cause] : [],
  );
  if (eased.length > 0) {
    await run(db, REQUEUE_SAME_CAUSE, [target, eased, events(({ claim }) => claim.cause !== undefined)]);
  }
}

/** Entities that wait for this one would wait in vain. */
const isNoLongerExpected = ({ link, next: { state, waitingOn } }: RunOutcome): boolean =>
  state === "parked" ||
  state === "held" ||
  link.kind === "invitation" ||
  (state === "inSync" && waitingOn !== undefined);

/** Schedules the next check of entities that wait, and of those for which they wait. */
async function checkWaiting(db: Queryable, target: string, runs: readonly FinishedRun[]): Promise<void> {
  const look = async (statement: Statement, wanted: Wanted): Promise<void> => {
    const refs = refsOf(runs, wanted);
    if (refs.length > 0)
      await run(db, statement, [target, refs.map(({ kind }) => kind), refs.map(({ id }) => id)]);
  };
  const waiting = runs.filter(({ end: { next } }) => next.state === "waiting");
  const awaited = waitsOn(waiting);
  const asked = [...new Set(waiting.flatMap(({ end: { refused = {} } }) => Object.keys(refused)))];
  if (awaited.length > 0) await run(db, REQUEUE_AWAITED, [target, awaited, asked]);
  await look(RECHECK_WAITING, ({ end: { next } }) => next.state === "waiting" && next.answer === undefined);
  await look(RECHECK_REFUSED, ({ end: { next } }) => next.state === "waiting" && next.answer !== undefined);
  await requeueIfThere(db, target, runs);
  // After MAX_BLOCKED_LOOKS tries the entity continues without the value.
  await look(
    REQUEUE_IF_FREE,
    ({ claim, end }) => isWithoutValue(end) && claim.attempts + 1 < MAX_BLOCKED_LOOKS,
  );
  const waits = ({ end: { next } }: FinishedRun) =>
    next.state === "waiting" && (next.waitingOn ?? []).length > 0;
  // A refusal that names its holder has rules of its own.
  const unsure = ({ answer, inCircle }: FinishedRun["end"]["next"]) =>
    answer === undefined && inCircle === undefined;
  await look(RECHECK_CIRCLE, (ended) => waits(ended) && unsure(ended.end.next));
  await look(
    RECHECK_IF_STUCK,
    (ended) => waits(ended) && ended.end.next.answer === undefined && !ended.end.next.inCircle,
  );
  const inCircle = runs
    .filter((ended) => waits(ended) && ended.end.next.inCircle)
    .flatMap(({ end }) => end.next.waitingOn ?? []);
  if (inCircle.length > 0) await run(db, RECHECK_AWAITED, [target, inCircle]);
}

async function requeueIfThere(db: Queryable, target: string, runs: readonly FinishedRun[]): Promise<void> {
  const without = runs.flatMap(({ claim: { ref }, end: { missing, next } }) =>
    missing && next.state === "inSync" ? [{ ...ref, missing: `{${missing.join(",")}}` }] : [],
  );
  if (without.length === 0) return;
  const column = (name: "kind" | "id" | "missing") => without.map((each) => each[name]);
  await run(db, REQUEUE_IF_THERE, [target, column("kind"), column("id"), column("missing")]);
}

/** Removes entities from holds that no longer hold them. */
async function settleHolds(
  db: Queryable,
  target: string,
  runs: readonly FinishedRun[],
  now: Date,
): Promise<void> {
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

/**
 * Whether the run ended in a final state that is not a hold. An entity that is tried again or waits may come
 * back to its hold.
 */
const isSettled = ({ next: { state, reasonCode } }: RunOutcome): boolean =>
  state === "inSync" || ((state === "parked" || state === "held") && reasonCode !== HELD_BY_LIMIT);

const isGone = ({ kind }: LinkChange): boolean => kind === "remove" || kind === "doubt";
