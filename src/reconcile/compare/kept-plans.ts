import type { Clock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";
import { createKeyedLock } from "../../core/keyed-lock.ts";
import type { Logger } from "../../core/logger.ts";
import type { SyncMode } from "../policy.ts";
import { PlanGone, type PlanItem, type PlanQuery, type PlanSummary } from "./plan-items.ts";
import type { WholePlan } from "./whole-plan.ts";

export interface PlanPage {
  readonly summary: PlanSummary;
  readonly advice: WholePlan["advice"];
  readonly items: readonly PlanItem[];
  readonly next?: string;
}

/** Serves plans of everybody page by page. */
export interface KeptPlans {
  /**
   * A first page comes from a new plan. Later pages come from the same plan while it is kept, and otherwise
   * from a new plan in the same order.
   */
  page(mode: SyncMode, query: PlanQuery): Promise<PlanPage>;
}

export interface KeptPlansOptions {
  readonly make: (mode: SyncMode) => Promise<WholePlan>;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly logger: Logger;
  readonly target: string;
}

/** A plan is dropped after this time without a request. */
const KEPT_MS = 300_000;
/** Each plan costs a pass over all entities; with more, waiting takes too long. */
const MAX_WAITING = 4;

export function createKeptPlans({ make, clock, logger, target }: KeptPlansOptions): KeptPlans {
  const oneByOne = createKeyedLock();
  const kept = new Map<SyncMode, { readonly plan: WholePlan; usedMs: number }>();
  let waiting = 0;

  async function drop(mode: SyncMode): Promise<void> {
    const plan = kept.get(mode)?.plan;
    kept.delete(mode);
    // The database session of the plan may have expired.
    await plan?.close().catch(() => undefined);
  }

  async function pageOf(plan: WholePlan, query: PlanQuery): Promise<PlanPage> {
    return { summary: plan.summary, advice: plan.advice, ...(await plan.items(query)) };
  }

  async function answer(mode: SyncMode, query: PlanQuery): Promise<PlanPage> {
    for (const [each, { usedMs }] of kept) if (clock.monotonicMs() - usedMs > KEPT_MS) await drop(each);
    const known = kept.get(mode);
    if (known && query.after !== undefined) {
      known.usedMs = clock.monotonicMs();
      try {
        return await pageOf(known.plan, query);
      } catch (error) {
        if (!(error instanceof PlanGone)) throw error;
        logger.info(
          { target, mode, error },
          "the plan that was being read has ended with its session; it is made again",
        );
      }
    }
    await drop(mode);
    const plan = await make(mode);
    kept.set(mode, { plan, usedMs: clock.monotonicMs() });
    return pageOf(plan, query);
  }

  return {
    async page(mode, query) {
      if (waiting >= MAX_WAITING) throw new Unavailable("other plans are being made");
      waiting += 1;
      try {
        return await oneByOne("plan", () => answer(mode, query));
      } finally {
        waiting -= 1;
      }
    },
  };
}
