import { randomUUID } from "node:crypto";
import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { Ask, Begun, Guard, HeldUnder, OpenedHold } from "../../../reconcile/guard/guard.ts";
import { type HoldLimit, OPEN_HOURS, PERMITS_ALL } from "../../../reconcile/guard/hold.ts";
import { type LimitName, type Spending, type Tripped, tripped, WINDOW_HOURS } from "../../../reconcile/guard/limits.ts";
import { batched } from "../../postgres/batch.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, isItemFailure, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { heldBy, sortedForLocking } from "../runs/run-leases.ts";
import { beginRuns, type RunContext } from "../runs/run-writes.ts";
import { type Act, type Counters, readCounters, recordActs } from "./guard-counters.ts";
import { appendHoldEvents, holdEvent, leaveHolds, lockGuard, type Membership, membershipsOf, unflag } from "./hold-members.ts";
import { keepRemoved } from "./removed-people.ts";
import { type Collapsed, collapsedSources } from "./source-figures.ts";

/*
 * The beginning of runs that take something away. Counting, deciding, spending and recording the intent are one transaction under one lock
 * of the target. So any number of workers together never exceeds a limit. This also holds when a worker is killed: what it has spent
 * without a call still counts, and the next run of the entity uses it.
 */

const MINE: Statement = {
  name: "guard-leases",
  text: `select w.at from ${heldBy("json_to_recordset($2::json) as w(at int, kind text, id uuid, lease uuid)")}`,
};

const OPEN_HOLDS: Statement = {
  name: "guard-open-holds",
  text: `select h.id, h.limit_name as limit, h.policy,
      case when h.limit_name in ('departmentEmptied', 'attributeBlanked', 'sourceCollapsed') then array(select distinct m.key from hold_members m where m.hold_id = h.id) end as keys
    from holds h where h.target = $1 and h.state = 'open'`,
};

const OPEN: Statement = {
  name: "guard-open-hold",
  text: `insert into holds (id, target, limit_name, state, hours, allowed, present, passed, policy, detail, expires_at)
    select $2, $1, $3, 'open', $4, $5, (
      select count(*) from links l where l.target = $1 and l.status = 'owned' and l.kind = case when $3 = 'departmentsRemoved' then 'department' else 'user' end),
      $6, $7, $8::json, now() + ${OPEN_HOURS} * interval '1 hour'`,
};

const RENEW: Statement = { name: "guard-renew-hold", text: "update holds set policy = $2 where id = any($1::uuid[])" };

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

interface OpenHold {
  readonly id: string;
  readonly limit: HoldLimit;
  readonly policy: string;
  /** For limits that count by key: the keys of the hold's members. Null for other limits. */
  readonly keys: readonly string[] | null;
}

export function createGuard(pool: Pool, context: RunContext, clock: Clock): Guard {
  const beginGuarded = batched(
    (asks: readonly Ask[]): Promise<readonly Begun[]> => inTransaction(pool.byKey, (db) => decideAll(db, context, asks, clock.now())),
    { isolates: isItemFailure, strict: true },
  );
  return { beginGuarded };
}

async function decideAll(db: Queryable, context: RunContext, given: readonly Ask[], now: Date): Promise<readonly Begun[]> {
  const { target } = context;
  await lockGuard(db, target);
  const collapsed = await collapsedSources(db, target, given);
  const asks = given.map((ask) => underSource(ask, collapsed));
  const leases = sortedForLocking(asks).map(({ item: { claim }, at }) => ({ at, ...claim.ref, lease: claim.lease }));
  const mine = new Set((await run<{ at: number }>(db, MINE, [target, JSON.stringify(leases)])).map(({ at }) => at));
  const living = asks.filter((_, at) => mine.has(at));
  if (living.length === 0) return asks.map(() => ({ kind: "lost" }));

  const { policy } = living[0]!;
  const spendings = living.flatMap((ask) => ask.spendings);
  const ids = living.map(({ claim }) => claim.ref.id);
  const counters = await readCounters(db, target, spendings, { ids, limits: policy.limits });
  const memberships = await membershipsOf(
    db,
    target,
    living.map(({ claim }) => ({ ...claim.ref, causes: claim.causes })),
  );
  const open = await run<OpenHold & Record<string, unknown>>(db, OPEN_HOLDS, [target]);
  const table = judgeAll(living, { counters, memberships, open });

  const begun = table.filter(({ verdict }) => verdict.kind === "allow");
  await beginRuns(
    db,
    context,
    begun.map(({ ask, verdict }) => ({ claim: ask.claim, intent: allowedBy(ask, verdict), create: undefined, values: undefined })),
  );
  await keepRemoved(
    db,
    target,
    begun.map(({ ask }) => ask),
  );
  await recordActs(
    db,
    target,
    begun.flatMap(({ ask }) => ask.spendings.map((one): Act => ({ ...one, kind: ask.claim.ref.kind, id: ask.claim.ref.id }))),
  );
  const answers = await hold(db, { target, now, open, counters, policy: policy.version, collapsed }, table);
  const left = table.flatMap(({ leaves }) => leaves);
  await leaveHolds(db, target, left, now);
  await unflag(db, target, left);
  return asks.map((ask) => answers.get(ask) ?? { kind: "lost" });
}

/** If the source of a person has collapsed, the removal of the person also spends the limit of that source. */
function underSource(ask: Ask, collapsed: ReadonlyMap<string, Collapsed>): Ask {
  const source = collapsed.get(ask.claim.ref.id);
  return source ? { ...ask, spendings: [{ limit: "sourceCollapsed", key: source.id }, ...ask.spendings] } : ask;
}

type Verdict =
  | { readonly kind: "allow"; readonly permits: readonly Membership[] }
  | {
      readonly kind: "hold";
      readonly tripped: readonly Tripped[];
      readonly denied: readonly Membership[];
      readonly forced: readonly (Spending & { readonly hold: string })[];
    };

interface Judged {
  readonly ask: Ask;
  readonly verdict: Verdict;
  /** Memberships that end with this decision. */
  readonly leaves: readonly Membership[];
}

interface Known {
  readonly counters: Counters;
  readonly memberships: readonly Membership[];
  readonly open: readonly OpenHold[];
}

/** Decides one after the other: each decision sees what the earlier ones have spent. */
function judgeAll(asks: readonly Ask[], known: Known): readonly Judged[] {
  const trippedNow = new Set<string>();
  return asks.map((ask) => {
    const { ref } = ask.claim;
    const own = known.memberships.filter(({ kind, id }) => kind === ref.kind && id === ref.id);
    const ofLimit = (limit: LimitName) => own.filter((one) => one.limit === limit && one.action === ask.action);
    const permits = own.filter(({ permits, action }) => permits && action === ask.action);
    const permitsAll = permits.some(({ limit }) => PERMITS_ALL.has(limit));
    const open = permitsAll ? [] : ask.spendings.filter(({ limit }) => !permits.some((one) => one.limit === limit));
    const denied = open.flatMap(({ limit }) => ofLimit(limit).filter(({ denies, spoken }) => denies && !spoken));
    const deniedLimits = new Set(denied.map(({ limit }) => limit));
    // An earlier run without a call may have spent this already. It is not spent twice.
    const unspent = open.filter((spending) => !deniedLimits.has(spending.limit) && !known.counters.isCounted(spending, ref.id));
    const ofSource = unspent.filter(({ limit }) => limit === "sourceCollapsed");
    // If the source has collapsed, only its limit decides about the person.
    const judged = ofSource.length > 0 ? ofSource : unspent;
    const forced = judged.flatMap((spending) => {
      const hold = known.open.find((one) => one.limit === spending.limit && forces(one, spending, ask, trippedNow));
      return hold ? [{ ...spending, hold: hold.id }] : [];
    });
    const free = judged.filter((spending) => !forced.some(({ limit, key }) => limit === spending.limit && key === spending.key));
    const over = tripped(free, ask.policy.limits, known.counters.read);
    if (denied.length + forced.length + over.length > 0) {
      for (const { limit } of over) trippedNow.add(limit);
      const limits = new Set<HoldLimit>([...denied, ...forced, ...over].map(({ limit }) => limit));
      const leaves = own.filter((one) => one.spoken || (one.state === "open" && !limits.has(one.limit)));
      return { ask, verdict: { kind: "hold", tripped: over, denied, forced }, leaves };
    }
    for (const spending of ask.spendings) if (!known.counters.isCounted(spending, ref.id)) known.counters.spend(spending);
    return { ask, verdict: { kind: "allow", permits }, leaves: own.filter(({ permits: stays }) => !stays) };
  });
}

/**
 * Whether an open hold takes the entity in without asking the limit. It does, unless the policy has changed since: then the limits decide
 * again about the members.
 */
function forces(hold: OpenHold, { key }: Spending, { policy }: Ask, trippedNow: ReadonlySet<string>): boolean {
  const concerns = hold.keys === null || hold.keys.includes(key);
  return concerns && (hold.policy === policy.version || trippedNow.has(hold.limit));
}

/** The intent names what allowed the removal: holds, limits or a grace. */
function allowedBy({ intent, spendings }: Ask, verdict: Verdict): HistoryEvent {
  const holds = verdict.kind === "allow" ? [...new Set(verdict.permits.map(({ hold }) => hold))] : [];
  const by: JsonObject = holds.length > 0 ? { holds } : spendings.length > 0 ? { limits: true } : { grace: true };
  return { ...intent, detail: { ...intent.detail, allowedBy: by } };
}

interface HoldContext {
  readonly target: string;
  readonly now: Date;
  readonly open: readonly OpenHold[];
  readonly counters: Counters;
  readonly policy: string;
  readonly collapsed: ReadonlyMap<string, Collapsed>;
}

async function hold(db: Queryable, context: HoldContext, table: readonly Judged[]): Promise<ReadonlyMap<Ask, Begun>> {
  const { target, now, policy } = context;
  const holds = new Map(context.open.map(({ limit, id }) => [limit, id] as const));
  const events: HistoryEvent[] = [];
  const answers = new Map<Ask, Begun>();
  const joins: { hold: string; kind: string; id: string; key: string; action: string; generation: number; causes: readonly string[] }[] =
    [];
  const openedNow = new Set<string>();
  /**
   * Entities that join each hold now, with their causes. The event of the hold names both, so that the history of each of them shows the
   * hold.
   */
  const joining = new Map<string, { readonly members: string[]; readonly causes: string[] }>();
  const joinersOf = (id: string) => joining.get(id) ?? joining.set(id, { members: [], causes: [] }).get(id)!;
  for (const { ask, verdict } of table) {
    if (verdict.kind === "allow") {
      answers.set(ask, { kind: "begun" });
      continue;
    }
    const opened: OpenedHold[] = [];
    const under: HeldUnder[] = verdict.denied.map(({ hold: id, limit, state }) => ({ id, limit, state }));
    const joined = [...verdict.forced, ...verdict.tripped];
    for (const one of joined) {
      let id = holds.get(one.limit);
      if (id === undefined && "allowed" in one) {
        id = randomUUID();
        holds.set(one.limit, id);
        openedNow.add(id);
        opened.push({ id, limit: one.limit, passed: one.spent, allowed: one.allowed, present: one.present });
        const hours = WINDOW_HOURS[one.limit];
        const source = one.limit === "sourceCollapsed" ? context.collapsed.get(ask.claim.ref.id) : undefined;
        const told = source && { source: source.id, name: source.name, active: source.active, activeNow: source.activeNow, hours };
        await run(db, OPEN, [target, id, one.limit, hours, one.allowed, one.spent, policy, told ? JSON.stringify(told) : null]);
        const detail = {
          hold: id,
          limit: one.limit,
          hours,
          passed: one.spent,
          allowed: one.allowed,
          ...(one.key === "" ? {} : { key: one.key }),
          ...(told ? { active: told.active, activeNow: told.activeNow } : {}),
          members: joinersOf(id).members,
        };
        events.push(holdEvent("hold.opened", { target, at: now, detail, causes: joinersOf(id).causes }));
      }
      under.push({ id: id!, limit: one.limit, state: "open" });
      const { claim, action } = ask;
      if (joins.some((join) => join.hold === id && join.id === claim.ref.id)) continue;
      joins.push({ hold: id!, ...claim.ref, key: one.key, action, generation: claim.generation, causes: claim.causes });
      joinersOf(id!).members.push(claim.ref.id);
      joinersOf(id!).causes.push(...claim.causes);
    }
    answers.set(ask, { kind: "held", holds: under, opened });
  }
  if (joins.length > 0) {
    const rows = await run<{ hold: string; added: number }>(db, JOIN, [target, JSON.stringify(joins)]);
    const limitOf = new Map([...holds].map(([limit, id]) => [id, limit]));
    for (const { hold: id, added } of rows) {
      if (openedNow.has(id)) continue;
      const { members, causes } = joinersOf(id);
      events.push(holdEvent("hold.extended", { target, at: now, detail: { hold: id, limit: limitOf.get(id)!, added, members }, causes }));
    }
    const judgedAnew = context.open.filter((one) => one.policy !== policy && joins.some((join) => join.hold === one.id));
    if (judgedAnew.length > 0) await run(db, RENEW, [judgedAnew.map(({ id }) => id), policy]);
  }
  await appendHoldEvents(db, events);
  return answers;
}
