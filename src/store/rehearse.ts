import { createReconcileStore } from "./create.ts";
import { withoutValues } from "./personal/vault.ts";
import type { Pool } from "./postgres/pool.ts";
import { hasten, itemsOf, recordWrites, summarise } from "./rehearsal/items.ts";
import { openShadow, type ShadowOptions } from "./rehearsal/shadow.ts";
import { holdRules, touchedBy } from "./rehearsal/touched.ts";

/** A copy of what the loop keeps of a target, for a plan of everybody. It has to be closed, by the plan that it settles in or after a failure. */
export async function openRehearsal(pool: Pool, options: ShadowOptions) {
  const { target } = options;
  const shadow = await openShadow(pool, options);
  return {
    store: createReconcileStore(shadow.pool, target, { vault: withoutValues, settleMs: 0, rehearsed: true }),
    record: (writes: Parameters<typeof recordWrites>[1]) => recordWrites(shadow.pool, writes),
    hasten: () => hasten(shadow.pool, target),
    async settle(mode: Parameters<typeof summarise>[2]) {
      const summary = await summarise(shadow.pool, target, mode);
      return { summary, items: (query: Parameters<typeof itemsOf>[2]) => itemsOf(shadow.pool, target, query), close: shadow.close };
    },
    touched: (scope: { readonly otherMapping: boolean }) => touchedBy(shadow.pool, { target, schema: shadow.schema, ...scope }),
    hold: (hold: Parameters<typeof holdRules>[2]) => holdRules(shadow.pool, { target, schema: shadow.schema }, hold),
    close: shadow.close,
  };
}
