import type { Clock } from "../../../core/clock.ts";
import type { JsonObject } from "../../../core/entity.ts";
import type { HistoryEvent } from "../../../history/event.ts";
import type { Ask, Begun, Guard } from "../../../reconcile/guard/guard.ts";
import { isItemFailure } from "../../postgres/app-errors.ts";
import { batched } from "../../postgres/batch.ts";
import type { Pool } from "../../postgres/pool.ts";
import { inTransaction, type Queryable, run, type Statement } from "../../postgres/statement.ts";
import { heldBy, sortedForLocking } from "../runs/run-leases.ts";
import { beginRuns, type RunContext } from "../runs/run-writes.ts";
import { type Act, readCounters, recordActs } from "./guard-counters.ts";
import { leaveHolds, lockGuard, membershipsOf, unflag } from "./hold-members.ts";
import { joinHolds } from "./join-holds.ts";
import { decisionsOn, type OpenHold, type Verdict } from "./judge.ts";
import { keepRemoved } from "./removed-people.ts";
import { type Collapsed, collapsedSources } from "./source-figures.ts";

/*
 * The beginning of runs that take something away. Counting, deciding, spending and recording the intent are
 * one transaction under one lock of the target. So any number of workers together never exceeds a limit. This
 * also holds when a worker is killed: what it has spent without a call still counts, and the next run of the
 * entity uses it.
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

export function createGuard(pool: Pool, context: RunContext, clock: Clock): Guard {
  const beginGuarded = batched(
    (asks: readonly Ask[]): Promise<readonly Begun[]> =>
      inTransaction(pool.byKey, (db) => decideAll(db, context, asks, clock.now())),
    { isolates: isItemFailure, strict: true },
  );
  return { beginGuarded };
}

async function decideAll(
  db: Queryable,
  context: RunContext,
  given: readonly Ask[],
  now: Date,
): Promise<readonly Begun[]> {
  const { target } = context;
  await lockGuard(db, target);
  const collapsed = await collapsedSources(db, target, given);
  const asks = given.map((ask) => underSource(ask, collapsed));
  const leases = sortedForLocking(asks).map(({ item: { claim }, at }) => ({
    at,
    ...claim.ref,
    lease: claim.lease,
  }));
  const mine = new Set(
    (await run<{ at: number }>(db, MINE, [target, JSON.stringify(leases)])).map(({ at }) => at),
  );
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
  const table = decisionsOn(living, { counters, memberships, open });

  const begun = table.filter(({ verdict }) => verdict.kind === "allow");
  await beginRuns(
    db,
    context,
    begun.map(({ ask, verdict }) => ({
      claim: ask.claim,
      intent: allowedBy(ask, verdict),
      create: undefined,
      values: undefined,
    })),
  );
  await keepRemoved(
    db,
    target,
    begun.map(({ ask }) => ask),
  );
  await recordActs(
    db,
    target,
    begun.flatMap(({ ask }) =>
      ask.spendings.map((one): Act => ({ ...one, kind: ask.claim.ref.kind, id: ask.claim.ref.id })),
    ),
  );
  const answers = await joinHolds(db, { target, now, open, policy: policy.version, collapsed }, table);
  const left = table.flatMap(({ leaves }) => leaves);
  await leaveHolds(db, target, left, now);
  await unflag(db, target, left);
  return asks.map((ask) => answers.get(ask) ?? { kind: "lost" });
}

/**
 * If the source of a person has collapsed, the removal of the person also spends the limit of that source.
 */
function underSource(ask: Ask, collapsed: ReadonlyMap<string, Collapsed>): Ask {
  const source = collapsed.get(ask.claim.ref.id);
  return source
    ? { ...ask, spendings: [{ limit: "sourceCollapsed", key: source.id }, ...ask.spendings] }
    : ask;
}

/** The intent names what allowed the removal: holds, limits or a grace. */
function allowedBy({ intent, spendings }: Ask, verdict: Verdict): HistoryEvent {
  const holds = verdict.kind === "allow" ? [...new Set(verdict.permits.map(({ hold }) => hold))] : [];
  const by: JsonObject =
    holds.length > 0 ? { holds } : spendings.length > 0 ? { limits: true } : { grace: true };
  return { ...intent, detail: { ...intent.detail, allowedBy: by } };
}
