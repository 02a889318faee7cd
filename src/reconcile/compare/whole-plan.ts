import type { Clock } from "../../core/clock.ts";
import type { EntityRef } from "../../core/entity.ts";
import { silentLogger } from "../../core/logger.ts";
import type { Changes } from "../../history/event.ts";
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

/*
 * The plan of everybody: the loop itself, on a copy of what it keeps and with a target that sends no write. So what it does there is what it would do: the
 * same conclusions, in the same order, with the same calls, over as many runs as it takes. What the target itself would refuse is not known.
 */

export type PlannedAction = Exclude<Plan["action"], "none">;

export interface PlannedWrite {
  readonly ref: EntityRef;
  readonly action: PlannedAction;
  readonly changes: Changes;
  readonly calls: readonly TargetCall[];
}

export interface PlanItem {
  readonly kind: EntityRef["kind"];
  readonly id: string;
  readonly name?: string;
  readonly action: PlannedAction;
  readonly changes: Changes;
  /** What holds it back: a mode, a limit or a grace. */
  readonly heldBy?: string;
  /** Of a leaver: when the grace is over, and they are removed. */
  readonly until?: Date;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly remove: number;
  readonly suspend: number;
  readonly resume: number;
  /** People, departments and roles that are updated, by attribute. */
  readonly byAttribute: Readonly<Record<string, number>>;
  readonly held: number;
  /** Writes to the target, and those of each of its APIs. */
  readonly calls: number;
  readonly byApi: Readonly<Record<string, number>>;
}

/** How long its writes take at least at a rate for each API, as each API has its own. Pure. */
export const minutesFor = ({ byApi }: Pick<PlanSummary, "byApi">, perSecond: number): number =>
  perSecond > 0 ? Math.max(0, ...Object.values(byApi)) / perSecond / 60 : 0;

export interface PlanQuery {
  readonly action?: PlannedAction;
  readonly kind?: EntityRef["kind"];
  readonly after?: string;
  readonly count: number;
}

/** What was rehearsed, kept where it was made until it is closed. */
export interface Rehearsed {
  readonly summary: PlanSummary;
  /** In the order of kind and id. */
  items(query: PlanQuery): Promise<{ readonly items: readonly PlanItem[]; readonly next?: string }>;
  close(): Promise<void>;
}

/** A plan that was made. */
export interface WholePlan extends Rehearsed {
  /** Advice: allowed by the rules, but possibly not intended. */
  readonly advice: readonly PolicyAdvice[];
}

/** A copy of what the loop keeps, in which it may do as it likes, and what it has done there. */
export interface RehearsalStore {
  readonly store: ReconcilerDeps["store"];
  record(writes: readonly PlannedWrite[]): Promise<void>;
  /** Makes entities with a later run due now. Resolves with their number. */
  hasten(): Promise<number>;
  /** Adds what was held back to the items; in `observe` all of them are. */
  settle(mode: SyncMode): Promise<Rehearsed>;
  /** Of a plan that is settled: what it touches. `otherMapping`: by whatever it says; else by what follows from another policy. */
  touched(scope: { readonly otherMapping: boolean }): Promise<Touched>;
  /** Of a plan that is settled: opens the hold, for everybody to see, with all of the plan as its members. */
  hold(hold: HoldOfRules): Promise<void>;
  close(): Promise<void>;
}

export interface RehearsalDeps extends Pick<ReconcilerDeps, "policy"> {
  readonly rehearsal: RehearsalStore;
  readonly target: Pick<TargetAdapter, "rehearsal">;
  readonly mapping: Mapping;
  readonly mode: SyncMode;
  readonly clock: Clock;
  /** Runs at the same time; as many as the loop has while they are few, and more then. */
  readonly sideBySide?: number;
}

/** As in the loop: what depends on each other and meets on its way may take a call more than one after the other. */
const SIDE_BY_SIDE = 32;
/** Of many, more at a time: they share their statements. While the runs of one lane compute, the database works for the other. */
const MANY = { after: 2_000, lanes: 2, claims: 200 } as const;
/** Each has brought something about, so there are few. */
const MAX_ROUNDS = 200;

/** The plan has to be closed; after a failure the rehearsal is. */
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
    // In observe nothing would come to be, and whatever hangs on it could not be told.
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
      const claims: readonly Claim[] = await store.claim(sideBySide ?? (runs < MANY.after ? SIDE_BY_SIDE : MANY.claims));
      runs += claims.length;
      if (claims.length === 0) return any;
      await Promise.all(claims.map((claim) => reconcile(claim, signal)));
      await flush();
      // From here on there may be more lanes.
      if (lanes() > running) return true;
    }
  }

  let before = -1;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    do running = lanes();
    while ((await Promise.all(Array.from({ length: running }, lane))).includes(true));
    if (written === before || (await rehearsal.hasten()) === 0) break;
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
    if (answer.calls.length > 0) note({ ref, action: plan.action, changes: changesOf(plan), calls: answer.calls });
    return answer;
  }
  return {
    ...target,
    create: (ref, attributes, context) => noted(ref, { action: "create", attributes }, target.create(ref, attributes, context)),
    update: (ref, actual, set, context) => noted(ref, { action: "update", actual, set }, target.update(ref, actual, set, context)),
    remove: (ref, actual, context) => noted(ref, { action: "remove", actual }, target.remove(ref, actual, context)),
    setSuspended: (ref, actual, suspended, context) =>
      noted(ref, { action: suspended ? "suspend" : "resume", actual }, target.setSuspended(ref, actual, suspended, context)),
  };
}
