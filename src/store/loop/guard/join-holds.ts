import { randomUUID } from "node:crypto";
import type { EntityRef } from "../../../core/entity.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { Ask, Begun, HeldUnder, OpenedHold } from "../../../reconcile/guard/guard.ts";
import { type HoldLimit, OPEN_HOURS } from "../../../reconcile/guard/hold.ts";
import { type Tripped, WINDOW_HOURS } from "../../../reconcile/guard/limits.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { appendHoldEvents, holdEvent } from "./hold-members.ts";
import type { Decision, OpenHold, Verdict } from "./judge.ts";
import type { Collapsed } from "./source-figures.ts";

/* Entities whose removal is held become members of holds, in the transaction of the decision. */

const OPEN: Statement = {
  name: "guard-open-hold",
  text: `insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, detail, expires_at)
    select $2, $1, $3, 'open', $4, $5, (
      select count(*) from links l where l.target = $1 and l.status = 'owned' and l.kind = case when $3 = 'departmentsRemoved' then 'department' else 'user' end),
      $6, $7, $8::json, now() + ${OPEN_HOURS} * interval '1 hour'`,
};

const RENEW: Statement = {
  name: "guard-renew-hold",
  text: "update holds set policy = $2 where id = any($1::uuid[])",
};

const JOIN: Statement = {
  name: "guard-join",
  text: `with joined as (
    insert into hold_members as m (hold_id, target, kind, entity_id, key, action, generation, causes)
    select j.hold, $1, j.kind, j.id, j.key, j.action, j.generation, j.causes
      from json_to_recordset($2::json) as j(hold uuid, kind text, id uuid, key text, action text, generation bigint, causes uuid[])
    on conflict (hold_id, kind, entity_id) do update set action = excluded.action, generation = excluded.generation, causes = excluded.causes
    returning m.hold_id, xmax = 0 as added),
  flagged as (
    insert into entity_states (target, kind, entity_id, state)
    select distinct $1, j.kind, j.id, 'due' from json_to_recordset($2::json) as j(kind text, id uuid)
    on conflict (target, kind, entity_id) do update set in_hold = true)
  select hold_id as hold, count(*) as added from joined where added group by hold_id`,
};

export interface HoldContext {
  readonly target: string;
  readonly now: Date;
  readonly open: readonly OpenHold[];
  readonly policy: string;
  /** By the id of the person. */
  readonly collapsed: ReadonlyMap<string, Collapsed>;
}

/**
 * Opens the holds that are missing, puts the entities into them, and records both. Resolves with the answer
 * to each run.
 */
export async function joinHolds(
  db: Queryable,
  context: HoldContext,
  table: readonly Decision[],
): Promise<ReadonlyMap<Ask, Begun>> {
  const joining = startJoining(context.open);
  const answers = new Map<Ask, Begun>();
  for (const { ask, verdict } of table) {
    answers.set(
      ask,
      verdict.kind === "allow" ? { kind: "begun" } : await join(db, context, joining, ask, verdict),
    );
  }
  if (joining.rows.length > 0) await writeJoins(db, context, joining);
  await appendHoldEvents(db, joining.events);
  return answers;
}

interface Join extends EntityRef {
  readonly hold: string;
  readonly key: string;
  readonly action: string;
  readonly generation: number;
  readonly causes: readonly string[];
}

interface Joiners {
  readonly members: string[];
  readonly causes: string[];
}

interface Joining {
  /** The open hold of each limit. */
  readonly holds: Map<HoldLimit, string>;
  readonly openedNow: Set<string>;
  readonly rows: Join[];
  readonly events: HistoryEvent[];
  /**
   * Entities that join a hold now, with their causes. The event of the hold names both, so that the history
   * of each of them shows the hold.
   */
  joiners(hold: string): Joiners;
}

function startJoining(open: readonly OpenHold[]): Joining {
  const joiners = new Map<string, Joiners>();
  return {
    holds: new Map(open.map(({ limit, id }) => [limit, id])),
    openedNow: new Set(),
    rows: [],
    events: [],
    joiners(hold) {
      const known = joiners.get(hold) ?? { members: [], causes: [] };
      joiners.set(hold, known);
      return known;
    },
  };
}

async function join(
  db: Queryable,
  context: HoldContext,
  joining: Joining,
  ask: Ask,
  { denied, forced, tripped }: Verdict & { readonly kind: "hold" },
): Promise<Begun> {
  const { claim, action } = ask;
  const opened: OpenedHold[] = [];
  const under: HeldUnder[] = denied.map(({ hold: id, limit, state }) => ({ id, limit, state }));
  for (const { limit, key, hold } of forced) {
    addMember(hold, limit, key);
  }
  for (const over of tripped) {
    const known = joining.holds.get(over.limit);
    const id = known ?? (await open(db, context, joining, over, claim.ref.id));
    if (known === undefined) {
      opened.push({
        id,
        limit: over.limit,
        passed: over.spent,
        allowed: over.allowed,
        present: over.present,
      });
    }
    addMember(id, over.limit, over.key);
  }
  return { kind: "held", holds: under, opened };

  function addMember(id: string, limit: HoldLimit, key: string): void {
    under.push({ id, limit, state: "open" });
    if (joining.rows.some((row) => row.hold === id && row.id === claim.ref.id)) return;
    joining.rows.push({
      hold: id,
      ...claim.ref,
      key,
      action,
      generation: claim.generation,
      causes: claim.causes,
    });
    joining.joiners(id).members.push(claim.ref.id);
    joining.joiners(id).causes.push(...claim.causes);
  }
}

async function open(
  db: Queryable,
  { target, now, policy, collapsed }: HoldContext,
  joining: Joining,
  { limit, key, spent, allowed }: Tripped,
  entityId: string,
): Promise<string> {
  const id = randomUUID();
  const hours = WINDOW_HOURS[limit];
  const source = limit === "sourceCollapsed" ? collapsed.get(entityId) : undefined;
  const figures = source && { active: source.active, activeNow: source.activeNow };
  const shown = source && JSON.stringify({ source: source.id, name: source.name, ...figures, hours });
  await run(db, OPEN, [target, id, limit, hours, allowed, spent, policy, shown ?? null]);
  joining.holds.set(limit, id);
  joining.openedNow.add(id);
  const { members, causes } = joining.joiners(id);
  const detail = {
    hold: id,
    limit,
    hours,
    passed: spent,
    allowed,
    ...(key === "" ? {} : { key }),
    ...figures,
    members,
  };
  joining.events.push(holdEvent("hold.opened", { target, at: now, detail, causes }));
  return id;
}

async function writeJoins(db: Queryable, context: HoldContext, joining: Joining): Promise<void> {
  const { target, now, policy } = context;
  const rows = await run<{ hold: string; added: number }>(db, JOIN, [target, JSON.stringify(joining.rows)]);
  const limitOf = new Map([...joining.holds].map(([limit, id]) => [id, limit]));
  for (const { hold, added } of rows) {
    if (joining.openedNow.has(hold)) continue;
    const { members, causes } = joining.joiners(hold);
    const detail = { hold, limit: limitOf.get(hold)!, added, members };
    joining.events.push(holdEvent("hold.extended", { target, at: now, detail, causes }));
  }
  const decidedAgain = context.open.filter(
    (one) => one.policy !== policy && joining.rows.some(({ hold }) => hold === one.id),
  );
  if (decidedAgain.length > 0) await run(db, RENEW, [decidedAgain.map(({ id }) => id), policy]);
}
