import type { Clock } from "../../core/clock.ts";
import type { EntityRef } from "../../core/entity.ts";
import { silentLogger } from "../../core/logger.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import { type PolicyAdvice, policyAdvice } from "../../policy/advice.ts";
import type { Plan } from "../plan.ts";
import type { SyncMode } from "../policy.ts";
import type { Claim } from "../ports.ts";
import type { HoldOfRules } from "../rules/store.ts";
import type { Touched } from "../rules/weigh.ts";
import type { ReconcilerDeps } from "../run/deps.ts";
import { changesOf } from "../run/plan/changes.ts";
import { createReconciler } from "../run/reconciler.ts";
import type { TargetAdapter } from "../target.ts";
import type { TargetCall } from "../target-values.ts";
import type { PlanItem, PlannedWrite, PlanQuery, PlanSummary } from "./plan-items.ts";

/*
 * The plan of everybody. The loop itself runs on a copy of its tables, with a target that sends no write. So
 * the plan has the same decisions, in the same order, with the same calls, over as many runs as needed.
 * Refusals that only the target can decide are not known.
 */

/** The result of a rehearsal. It stays in the store until `close`. */
export interface Rehearsed {
  readonly summary: PlanSummary;
  /** In the order of kind and id. Rejects with PlanGone. */
  items(query: PlanQuery): Promise<{ readonly items: readonly PlanItem[]; readonly next?: string }>;
  close(): Promise<void>;
}

/** A plan that was made. */
export interface WholePlan extends Rehearsed {
  /** Advice: allowed by the rules, but possibly not intended. */
  readonly advice: readonly PolicyAdvice[];
}

/** A copy of the loop's tables, and the result of the loop in it. */
export interface RehearsalStore {
  readonly store: ReconcilerDeps["store"];
  record(writes: readonly PlannedWrite[]): Promise<void>;
  /** Makes entities with a later run due now. Resolves with their number. */
  makeDue(): Promise<number>;
  /** Adds the held changes to the items; in `observe` all of them. */
  settle(mode: SyncMode): Promise<Rehearsed>;
  /**
   * The size of a settled plan. `otherMapping`: all its changes count. Otherwise only those that follow from
   * another policy count.
   */
  touched(scope: { readonly otherMapping: boolean }): Promise<Touched>;
  /** Opens the hold for a settled plan. All items of the plan are its members. */
  hold(hold: HoldOfRules): Promise<void>;
  close(): Promise<void>;
}

export interface RehearsalDeps extends Pick<ReconcilerDeps, "policy"> {
  readonly rehearsal: RehearsalStore;
  readonly target: Pick<TargetAdapter, "rehearsal">;
  readonly mapping: Mapping;
  readonly mode: SyncMode;
  readonly clock: Clock;
  /** Number of concurrent runs. Absent: as many as the loop has for few entities, and more for many. */
  readonly sideBySide?: number;
}

/** The same number as in the loop. With more, entities that depend on each other may need extra calls. */
const SIDE_BY_SIDE = 32;
/**
 * More runs for many entities, because they share statements. While the runs of one lane compute, the
 * database works for the other.
 */
const MANY = { after: 2_000, lanes: 2, claims: 200 } as const;
/** Each round has changed something, so few rounds are needed. */
const MAX_ROUNDS = 200;

/** The caller has to close the plan. After a failure the rehearsal closes it. */
export async function planEverybody(deps: RehearsalDeps, signal: AbortSignal): Promise<WholePlan> {
  try {
    await rehearse(deps, signal);
    const advice = policyAdvice(deps.policy, deps.mapping.settings);
    return { ...(await deps.rehearsal.settle(deps.mode)), advice };
  } catch (error) {
    await deps.rehearsal.close();
    throw error;
  }
}

async function rehearse(
  { rehearsal, target, mapping, mode, clock, sideBySide, policy }: RehearsalDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store } = rehearsal;
  let runs = 0;
  let running = 1;
  const lanes = (): number => (sideBySide === undefined && runs >= MANY.after ? MANY.lanes : 1);
  let writes: PlannedWrite[] = [];
  let written = 0;
  const reconcile = createReconciler({
    store,
    target: noting(target.rehearsal(), (write) => {
      writes.push(write);
      written += 1;
    }),
    mapping,
    policy,
    // In observe nothing would be created, so plans of dependent entities could not be computed.
    mode: mode === "observe" ? "sync" : mode,
    clock,
    logger: silentLogger,
    random: () => 0,
    retryBaseMs: 1,
  });
  const flush = async (): Promise<void> => {
    const some = writes;
    writes = [];
    if (some.length > 0) await rehearsal.record(some);
  };
  async function lane(): Promise<boolean> {
    for (let any = false; ; any = true) {
      signal.throwIfAborted();
      const claims: readonly Claim[] = await store.claim(
        sideBySide ?? (runs < MANY.after ? SIDE_BY_SIDE : MANY.claims),
      );
      runs += claims.length;
      if (claims.length === 0) return any;
      await Promise.all(claims.map((claim) => reconcile(claim, signal)));
      await flush();
      // More entities may need more lanes.
      if (lanes() > running) return true;
    }
  }

  let before = -1;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    do running = lanes();
    while ((await Promise.all(Array.from({ length: running }, lane))).includes(true));
    if (written === before || (await rehearsal.makeDue()) === 0) break;
    before = written;
  }
}

function noting(target: TargetAdapter, note: (write: PlannedWrite) => void): TargetAdapter {
  async function noted<T extends { readonly calls: readonly TargetCall[] }>(
    ref: EntityRef,
    plan: Exclude<Plan, { action: "none" }>,
    done: Promise<T>,
  ): Promise<T> {
    const answer = await done;
    if (answer.calls.length > 0)
      note({ ref, action: plan.action, changes: changesOf(plan), calls: answer.calls });
    return answer;
  }
  return {
    ...target,
    create: (ref, attributes, context) =>
      noted(ref, { action: "create", attributes }, target.create(ref, attributes, context)),
    update: (ref, actual, set, context) =>
      noted(ref, { action: "update", actual, set }, target.update(ref, actual, set, context)),
    remove: (ref, actual, context) =>
      noted(ref, { action: "remove", actual }, target.remove(ref, actual, context)),
    setSuspended: (ref, actual, suspended, context) =>
      noted(
        ref,
        { action: suspended ? "suspend" : "resume", actual },
        target.setSuspended(ref, actual, suspended, context),
      ),
  };
}
