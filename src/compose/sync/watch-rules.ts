import { modeInForce } from "../../reconcile/process/orders.ts";
import { createRulesWatch, type RulesWatch, type RulesWatchDeps } from "../../reconcile/rules/watch.ts";
import { weighRules } from "../../reconcile/rules/weighing.ts";
import type { SettleDeps } from "../../store/people/settle.ts";
import { openRehearsal } from "../../store/rehearse.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { AppContext, SyncComponents } from "../components.ts";

/** Follows the mapping and policy files while the loop runs. */
export function watchRules(
  { config, pool, clock, logger }: AppContext,
  { target, store, mapping, policy }: SyncComponents,
  {
    persons,
    ...given
  }: Pick<RulesWatchDeps, "processId" | "prepare" | "wake"> & { readonly persons: SettleDeps },
): RulesWatch {
  return createRulesWatch({
    store,
    own: { mapping, policy, mode: config.syncMode, target: TARGET, clock },
    ...given,
    async weigh(written, signal) {
      const { orderedMode } = await store.rules();
      const rehearsal = await openRehearsal(pool, {
        target: TARGET,
        everybody: true,
        sources: persons.rules,
        dates: persons.dates,
      });
      return weighRules(
        {
          rehearsal,
          target,
          mapping,
          policy,
          mode: modeInForce(config.syncMode, orderedMode),
          clock,
          written,
        },
        signal,
      );
    },
    clock,
    logger,
  });
}
