import type { HistoryEvent } from "../../history/event.ts";
import type { Claim, Finish, LinkChange } from "../../reconcile/ports.ts";
import { type Queryable, run, type Statement } from "../postgres/statement.ts";
import { eventColumns } from "../write-sql.ts";
import {
  LOOK_AFTER_REFUSAL,
  LOOK_AGAIN,
  LOOK_AWAITED,
  LOOK_IF_STUCK,
  LOOK_IN_CIRCLE,
  MARK_AS_AWAITED,
  MARK_AWAITED,
  NAMED,
  WAKE,
  WAKE_CONTAINERS,
  WAKE_FOLLOWERS,
  WAKE_HOPEFUL,
  WAKE_LED,
  WAKE_LED_BEFORE,
  WAKE_MEMBERS,
  WAKE_REPORTS,
  WAKE_SAME_CAUSE,
  WAKE_WAITING,
} from "./requeue.ts";

/* What the ends of runs mean for links and for others, in the transaction of the end itself. Who is woken is said in requeue.ts. */

/** A run and what it says at its end. */
export interface EndedRun {
  readonly claim: Claim;
  readonly end: Finish;
}

const statement = (name: string, text: string): Statement => ({ name: `run-${name}`, text });

/** Writes the links that a FROM item yields. */
export const putLinks = (links: string): string => `
  insert into links (target, kind, entity_id, remote_id, status, presence, attributes, containers, observed_at)
  select $1, l.kind, l.id, l.remote_id, 'owned', l.presence, l.attributes, l.containers, now() from ${links} l order by l.kind, l.id
  on conflict (target, kind, entity_id) do update set remote_id = excluded.remote_id, status = 'owned', presence = excluded.presence,
    attributes = excluded.attributes, containers = excluded.containers, observed_at = now(), invitation = null`;

const PUT_LINKS = statement(
  "put-links",
  putLinks(
    "(select * from json_to_recordset($2::json) as g(kind text, id uuid, remote_id text, presence text, attributes json, containers text[]))",
  ),
);
const FORGET_OBSERVATIONS = statement(
  "forget",
  "update links l set attributes = null where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])",
);
const INVITED = statement(
  "invited",
  `update links l set invitation = n.invitation from json_to_recordset($2::json) as n(kind text, id uuid, invitation json)
    where l.target = $1 and l.kind = n.kind and l.entity_id = n.id and l.status = 'intended'`,
);
/** Whoever comes into a department was outside, and no manager of it, whatever is remembered: those who name the person are woken by WAKE_LED. */
const FORGET_MANAGED = statement(
  "forget-managed",
  `update links l set attributes = null from json_to_recordset($2::json) as n(department text, person text)
    where l.target = $1 and l.kind = 'department' and l.remote_id = n.department and (l.attributes->'managers')::jsonb ? n.person`,
);
/** Nothing is there that we know of: a look for it by our own id comes later. */
const DOUBT_LINKS = statement(
  "doubt-links",
  `update links l set status = 'intended', attributes = null, presence = null, containers = '{}'
    where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])`,
);
const REMOVE_LINKS = statement("remove-links", "delete from links l where l.target = $1 and l.kind = $2 and l.entity_id = any($3::uuid[])");
/** Only where nothing new was asked of the entity meanwhile. */
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

/** A run that lost its lease after it wrote: what is there now is not known, and somebody has to look. */
const LATE = statement(
  "late",
  `with event as (insert into history select h.* from json_populate_recordset(null::history, $4::json) h),
  locked as materialized (
    select 1 from ${NAMED} n cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = n.kind and s.entity_id = n.id for update) l),
  forgotten as (update links l set attributes = null from ${NAMED} n where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = n.kind and l.entity_id = n.id)
  update entity_states s set ${WAKE}, recheck_at = now() + $5::float8 * interval '1 ms' from ${NAMED} n where s.target = $1 and s.kind = n.kind and s.entity_id = n.id`,
);

const awaitedBy = (runs: readonly EndedRun[]): readonly string[] => [
  ...new Set(runs.flatMap(({ end: { settlement } }) => (settlement.state === "waiting" ? (settlement.waitingOn ?? []) : []))),
];

/** Comes first in the transaction that ends runs. */
export async function markAwaited(db: Queryable, target: string, runs: readonly EndedRun[]): Promise<void> {
  const awaited = awaitedBy(runs);
  if (awaited.length === 0) return;
  await run(db, MARK_AS_AWAITED, [target, runs.map(({ claim }) => claim.ref.kind), runs.map(({ claim }) => claim.ref.id), awaited]);
}

/** What follows from runs that held their lease to the end. Statements without rows are left out. */
export async function consequences(db: Queryable, target: string, runs: readonly EndedRun[]): Promise<void> {
  const named = (wanted: (ended: EndedRun) => boolean): [string[], string[]] => {
    const chosen = runs.filter(wanted).map(({ claim }) => claim.ref);
    return [chosen.map((ref) => ref.kind), chosen.map((ref) => ref.id)];
  };
  const events = (wanted: (ended: EndedRun) => boolean): string[] =>
    runs.filter(wanted).flatMap(({ end }) => (end.event ? [end.event.id] : []));
  const wake = async (statement: Statement, wanted: (ended: EndedRun) => boolean): Promise<void> => {
    const [, ids] = named(wanted);
    if (ids.length > 0) await run(db, statement, [target, ids, events(wanted)]);
  };
  const look = async (statement: Statement, wanted: (ended: EndedRun) => boolean): Promise<void> => {
    const [kinds, ids] = named(wanted);
    if (ids.length > 0) await run(db, statement, [target, kinds, ids]);
  };
  /** A statement for each kind: with both in one it would be a join, which may be planned as a walk through all there is. */
  const change = async (statement: Statement, wanted: (ended: EndedRun) => boolean): Promise<void> => {
    const [kinds, ids] = named(wanted);
    for (const kind of new Set(kinds)) await run(db, statement, [target, kind, ids.filter((_, at) => kinds[at] === kind)]);
  };

  // First, while links still tell the remote ids by which reports name their manager.
  await wake(WAKE_REPORTS, ({ claim, end }) => end.presenceChanged && claim.ref.kind === "user");
  await wake(WAKE_FOLLOWERS, ({ claim, end }) => isGone(end.link) && claim.ref.kind === "user");
  await wake(WAKE_LED, ({ claim, end }) => claim.ref.kind === "user" && end.link.kind !== "keep" && end.event?.outcome === "done");
  await wake(WAKE_LED_BEFORE, ({ claim, end }) => claim.ref.kind === "user" && isGone(end.link));
  await wake(WAKE_WAITING, ({ end }) => end.presenceChanged || end.event?.outcome === "done");
  await wake(WAKE_MEMBERS, ({ claim, end }) => end.presenceChanged && end.link.kind === "put" && claim.ref.kind !== "user");
  await wake(
    WAKE_HOPEFUL,
    ({
      end: {
        link,
        settlement: { state, waitingOn },
      },
    }) => state === "parked" || state === "held" || link.kind === "invitation" || (state === "inSync" && waitingOn !== undefined),
  );
  // Somebody who was parked got in: whoever only gave up shows nothing.
  const eased = runs.flatMap(({ claim, end }) => (claim.cause !== undefined && end.event?.outcome === "done" ? [claim.cause] : []));
  if (eased.length > 0) await run(db, WAKE_SAME_CAUSE, [target, eased, events(({ claim }) => claim.cause !== undefined)]);
  const puts = runs.flatMap(({ claim, end }) => (end.link.kind === "put" ? [{ ...claim.ref, ...linkColumns(end.link) }] : []));
  if (puts.length > 0) await run(db, PUT_LINKS, [target, JSON.stringify(puts)]);
  const invited = runs.flatMap(({ claim, end: { link } }) =>
    link.kind === "invitation" ? [{ ...claim.ref, invitation: link.invitation }] : [],
  );
  if (invited.length > 0) await run(db, INVITED, [target, JSON.stringify(invited)]);
  await change(DOUBT_LINKS, ({ end }) => end.link.kind === "doubt");
  await change(REMOVE_LINKS, ({ end }) => end.link.kind === "remove");
  await change(FORGET_OBSERVATIONS, ({ end }) => end.settlement.observeFirst);
  const arrived = runs.flatMap(({ claim, end: { link, arrived = [] } }) =>
    claim.ref.kind === "user" && link.kind === "put" ? arrived.map((department) => ({ department, person: link.remoteId })) : [],
  );
  if (arrived.length > 0) await run(db, FORGET_MANAGED, [target, JSON.stringify(arrived)]);
  const departed = runs.flatMap(({ end }) => end.departed);
  if (departed.length > 0) await run(db, WAKE_CONTAINERS, [target, departed]);
  const awaited = awaitedBy(runs);
  if (awaited.length > 0) await run(db, MARK_AWAITED, [target, awaited]);
  await look(LOOK_AGAIN, ({ end: { settlement } }) => settlement.state === "waiting" && settlement.answer === undefined);
  await look(LOOK_AFTER_REFUSAL, ({ end: { settlement } }) => settlement.state === "waiting" && settlement.answer !== undefined);
  const waits = ({ end: { settlement } }: EndedRun) => settlement.state === "waiting" && (settlement.waitingOn ?? []).length > 0;
  // A refusal that names its holder has rules of its own.
  const unsure = ({ answer, inCircle }: EndedRun["end"]["settlement"]) => answer === undefined && inCircle === undefined;
  await look(LOOK_IN_CIRCLE, (ended) => waits(ended) && unsure(ended.end.settlement));
  await look(LOOK_IF_STUCK, (ended) => waits(ended) && ended.end.settlement.answer === undefined && !ended.end.settlement.inCircle);
  const inCircle = runs
    .filter((ended) => waits(ended) && ended.end.settlement.inCircle)
    .flatMap(({ end }) => end.settlement.waitingOn ?? []);
  if (inCircle.length > 0) await run(db, LOOK_AWAITED, [target, inCircle]);
  await change(REMOVE_STATES, ({ end }) => end.gone);
  const [, nodes] = named(({ claim, end }) => end.gone && claim.ref.kind === "department");
  if (nodes.length > 0) await run(db, REMOVE_NODES, [target, nodes]);
}

/** What follows from runs that had lost it, if they may have written: the intent has its outcome from whoever took over. */
export async function recordLate(db: Queryable, target: string, runs: readonly EndedRun[], callLifeMs: number): Promise<void> {
  const late = runs.flatMap(({ claim, end }) => (end.event ? [{ ref: claim.ref, event: lateOf(end.event) }] : []));
  if (late.length === 0) return;
  const events = JSON.stringify(late.map(({ event }) => eventColumns(event)));
  await run(db, LATE, [target, late.map(({ ref }) => ref.kind), late.map(({ ref }) => ref.id), events, callLifeMs]);
}

function lateOf({ outcome, ...event }: HistoryEvent): HistoryEvent {
  return { ...event, code: "target.late", detail: { ...event.detail, ...(outcome ? { learned: outcome } : {}) } };
}

const isGone = ({ kind }: LinkChange): boolean => kind === "remove" || kind === "doubt";

export const linkColumns = (link: Extract<LinkChange, { kind: "put" }>) => ({
  remote_id: link.remoteId,
  presence: link.presence,
  attributes: link.attributes,
  containers: link.containers,
});
