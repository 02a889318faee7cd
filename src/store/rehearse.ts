import { systemClock } from "../core/clock.ts";
import type { SourceRules } from "../mapping/sources.ts";
import { createReconcileStore } from "./create.ts";
import { type DateDeps, NO_DATES } from "./people/dates.ts";
import { createPersonRecomputation } from "./people/recomputation.ts";
import { rehearseDates } from "./people/rehearse-dates.ts";
import { withoutValues } from "./personal/vault.ts";
import type { Pool } from "./postgres/pool.ts";
import { itemsOf, makeDue, recordWrites, summarise } from "./rehearsal/items.ts";
import { openShadow, type ShadowOptions } from "./rehearsal/shadow.ts";
import { holdRules, touchedBy } from "./rehearsal/touched.ts";

export interface RehearsalOptions extends Omit<ShadowOptions, "sources" | "dates"> {
  /** Rules to join and combine records. Left out: people stay as they are. */
  readonly sources?: SourceRules;
  /** Rules for dates of records. Left out: dates have no effect. */
  readonly dates?: DateDeps;
}

/**
 * Opens a copy of the loop's tables for one target, for the plan of everybody. The caller must close it: by
 * the `close` of the settled plan, or after a failure.
 */
export async function openRehearsal(pool: Pool, { sources, dates = NO_DATES, ...options }: RehearsalOptions) {
  const { target } = options;
  const { version } = dates;
  const shadow = await openShadow(pool, {
    ...options,
    ...(sources ? { sources: sources.version } : {}),
    ...(version === undefined ? {} : { dates: version }),
  });
  if (sources && (shadow.otherSources || shadow.otherDates)) {
    const deps = { rules: sources, vault: withoutValues, targets: [target], dates, rehearsed: true };
    const recomputation = createPersonRecomputation(shadow.pool, deps);
    try {
      if (shadow.otherDates) await rehearseDates(shadow.pool, deps, systemClock.now());
      while ((await recomputation.renew({ at: systemClock.now(), actor: "system", causes: [] })) > 0);
    } catch (error) {
      await shadow.close();
      throw error;
    }
  }
  return {
    store: createReconcileStore(shadow.pool, target, { vault: withoutValues, settleMs: 0, rehearsed: true }),
    record: (writes: Parameters<typeof recordWrites>[1]) => recordWrites(shadow.pool, writes),
    makeDue: () => makeDue(shadow.pool, target),
    async settle(mode: Parameters<typeof summarise>[2]) {
      const summary = await summarise(shadow.pool, target, mode);
      return {
        summary,
        items: (query: Parameters<typeof itemsOf>[2]) => itemsOf(shadow.pool, target, query),
        close: shadow.close,
      };
    },
    touched: (scope: { readonly otherMapping: boolean }) =>
      touchedBy(shadow.pool, { target, schema: shadow.schema, ...scope }),
    hold: (hold: Parameters<typeof holdRules>[2]) =>
      holdRules(shadow.pool, { target, schema: shadow.schema }, hold),
    close: shadow.close,
  };
}
