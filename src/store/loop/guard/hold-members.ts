import type pg from "pg";
import type { EntityKind, EntityRef, JsonObject } from "../../../core/entity.ts";
import { uuidv7 } from "../../../core/id.ts";
import type { EventCode, HistoryEvent } from "../../../history/event.ts";
import type { HoldLimit, HoldState } from "../../../reconcile/guard/hold.ts";
import { type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { appendEvents, eventColumns, IS_REAL, withMerged } from "../../write-sql.ts";

/*
 * The members of holds. Everything here runs in a transaction that has called `lockGuard`. This lock is taken
 * before any lock of a row.
 */

/** Takes the lock always. `lockGuard` takes none in a rehearsal, whose tables nobody else sees. */
export const TAKE_LOCK = "select pg_advisory_xact_lock(72707371, hashtext($1))";
const LOCK: Statement = { name: "guard-lock", text: `${TAKE_LOCK} where ${IS_REAL}` };

/** Takes the lock of counters and holds of a target, until the end of the transaction. */
export const lockGuard = async (db: Queryable, target: string): Promise<void> => {
  await run(db, LOCK, [target]);
};

export interface Membership {
  readonly hold: string;
  readonly state: HoldState;
  readonly limit: HoldLimit;
  readonly key: string;
  readonly action: string;
  readonly kind: EntityKind;
  readonly id: string;
  /** The approval is valid now. */
  readonly permits: boolean;
  readonly denies: boolean;
  /** The directory has changed the entity since it was held. */
  readonly spoken: boolean;
  readonly policy: string;
}

/**
 * A hold of rules that is not approved is left out: a process with the earlier rules must not change the plan
 * in it.
 */
const MEMBERSHIPS: Statement = {
  name: "hold-memberships",
  text: `select h.id as hold, h.state, h.limit_name as limit, m.key, m.action, m.kind, m.entity_id as id, h.policy, h.denies,
      h.state = 'approved' and h.expires_at > now() as permits,
      h.denies and exists (
        select from (${withMerged("r.causes")} except ${withMerged("m.causes")}) c join history e on e.id = c.id
         where e.code like 'user.%' or e.code like 'group.%') as spoken
    from json_to_recordset($2::json) as r(kind text, id uuid, causes uuid[])
    cross join lateral (select * from hold_members m where m.target = $1 and m.kind = r.kind and m.entity_id = r.id and not m.done) m
    join holds h on h.id = m.hold_id
   where h.limit_name <> 'mappingChanged' or h.state = 'approved'`,
};

export const membershipsOf = (
  db: Queryable,
  target: string,
  entities: readonly (EntityRef & { readonly causes: readonly string[] })[],
): Promise<Membership[]> =>
  run<Membership & pg.QueryResultRow>(db, MEMBERSHIPS, [target, JSON.stringify(entities)]);

const LEAVE: Statement = {
  name: "hold-leave",
  text: `delete from hold_members m using json_to_recordset($1::json) as r(hold uuid, kind text, id uuid)
    where m.hold_id = r.hold and m.kind = r.kind and m.entity_id = r.id and not m.done`,
};

/** Removes memberships. Holds without members are dissolved. */
export async function leaveHolds(
  db: Queryable,
  target: string,
  memberships: readonly Pick<Membership, "hold" | "kind" | "id">[],
  now: Date,
): Promise<void> {
  if (memberships.length === 0) return;
  await run(db, LEAVE, [JSON.stringify(memberships)]);
  await dissolveEmpty(db, target, now);
}

const DISSOLVE: Statement = {
  name: "hold-dissolve",
  text: `update holds h set state = 'dissolved', closed_at = now()
    where h.target = $1 and h.state = 'open' and not exists (select from hold_members m where m.hold_id = h.id)
    returning h.id, h.limit_name as limit, h.passed`,
};

async function dissolveEmpty(db: Queryable, target: string, now: Date): Promise<void> {
  const rows = await run<{ id: string; limit: HoldLimit; passed: number }>(db, DISSOLVE, [target]);
  await appendHoldEvents(
    db,
    rows.map(({ id, limit, passed }) =>
      holdEvent("hold.dissolved", { target, at: now, detail: { hold: id, limit, passed } }),
    ),
  );
}

const UNFLAG: Statement = {
  name: "hold-unflag",
  text: `update entity_states s set in_hold = false from json_to_recordset($2::json) as r(kind text, id uuid)
    where s.target = $1 and s.kind = r.kind and s.entity_id = r.id and not exists (
      select from hold_members m where m.target = $1 and m.kind = r.kind and m.entity_id = r.id and not m.done)`,
};

export async function unflag(db: Queryable, target: string, entities: readonly EntityRef[]): Promise<void> {
  if (entities.length > 0)
    await run(db, UNFLAG, [target, JSON.stringify(entities.map(({ kind, id }) => ({ kind, id })))]);
}

const CARRIED_OUT: Statement = {
  name: "hold-carried-out",
  text: `update hold_members m set done = true from json_to_recordset($2::json) as r(kind text, id uuid, action text), holds h
    where m.target = $1 and m.kind = r.kind and m.entity_id = r.id and m.action = r.action and h.id = m.hold_id and h.state = 'approved'`,
};

/** Marks members as done whose approved action was carried out. They stay in the hold. */
export async function carriedOut(
  db: Queryable,
  target: string,
  acts: readonly (EntityRef & { readonly action: string })[],
): Promise<void> {
  if (acts.length > 0) await run(db, CARRIED_OUT, [target, JSON.stringify(acts)]);
}

const APPEND: Statement = {
  name: "hold-events",
  text: `with done as (${appendEvents("(select value as event from json_array_elements($1::json)) w")} returning 1) select count(*) as n from done`,
};

export async function appendHoldEvents(db: Queryable, events: readonly HistoryEvent[]): Promise<void> {
  if (events.length > 0) await run(db, APPEND, [JSON.stringify(events.map(eventColumns))]);
}

export interface HoldEvent {
  readonly target: string;
  readonly at: Date;
  readonly detail: JsonObject;
  readonly by?: Pick<HistoryEvent, "actor" | "requestId" | "sourceId">;
  readonly causes?: readonly string[];
}

export const holdEvent = (
  code: Extract<EventCode, `hold.${string}`>,
  { target, at, detail, by = { actor: "worker" }, causes = [] }: HoldEvent,
): HistoryEvent => ({ id: uuidv7(at.getTime()), at, code, ...by, causes, target, detail });
