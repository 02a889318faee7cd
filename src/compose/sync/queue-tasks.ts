import { assess } from "../../reconcile/assess/assess.ts";
import { checkingRefusals } from "../../reconcile/compare/outside-scope.ts";
import { sweep } from "../../reconcile/compare/sweep.ts";
import type { Presence } from "../../reconcile/process/presence.ts";
import type { QueueTasks } from "../../store/loop/queue.ts";
import { createJoinSearch } from "../../store/people/joins/search.ts";
import type { SettleDeps } from "../../store/people/settle.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { AppContext, SyncComponents } from "../components.ts";

/** The jobs of the queue. Each wakes the worker at its end. */
export const queueTasks = (
  { pool, clock, logger }: AppContext,
  { target, store, mapping, policy }: SyncComponents,
  {
    persons,
    presence,
    wake,
  }: { readonly persons: SettleDeps; readonly presence: Presence; readonly wake: () => void },
  signal: AbortSignal,
): QueueTasks => ({
  wake,

  async assess(actor) {
    const { findings } = await assess({ store, target, mapping, policy, clock }, actor, signal);
    logger.info({ target: TARGET, count: findings }, "the assessment is complete");
    wake();
  },

  async sweep(actor) {
    const compare = () => sweep({ store, target, mapping, policy, clock }, actor, signal);
    const { orphanExamples: _named, ...result } = await checkingRefusals(
      { store, target, presence, logger },
      compare,
      signal,
    );
    logger.info({ target: TARGET, ...result }, "the full comparison with the target is complete");
    const found = await createJoinSearch(pool, persons).all({ at: clock.now(), actor: "system", causes: [] });
    if (found.joined + found.proposed > 0)
      logger.info({ ...found }, "the comparison of records of several sources is complete");
    wake();
  },
});
