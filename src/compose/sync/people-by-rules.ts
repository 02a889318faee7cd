import type { Clock } from "../../core/clock.ts";
import type { Mapping } from "../../mapping/mapping.ts";
import type { PersonRecomputation } from "../../persons/keep.ts";
import type { ScheduleStore } from "../../schedule/ports.ts";
import { createScheduleStore } from "../../store/people/due.ts";
import { createPersonRecomputation } from "../../store/people/recomputation.ts";
import type { SettleDeps } from "../../store/people/settle.ts";
import type { Pool } from "../../store/postgres/pool.ts";
import type { Vault } from "../../store/vault.ts";
import { personDeps } from "../person-deps.ts";

/** People under a mapping: the combined values of several records, and the effect of dates. */
export interface PeopleByRules {
  readonly persons: SettleDeps;
  readonly schedule: ScheduleStore;
  readonly recomputation: PersonRecomputation;
  /** Recomputes everybody whose values were computed with another mapping. */
  prepare(signal: AbortSignal): Promise<void>;
}

/** Another process with the same mapping may be doing this. */
const WAIT_MS = 500;

export function peopleByRules(
  pool: Pool,
  mapping: Mapping,
  { vault, clock }: { readonly vault: Vault; readonly clock: Clock },
): PeopleByRules {
  const persons = personDeps(mapping, vault);
  const schedule = createScheduleStore(pool, persons);
  const recomputation = createPersonRecomputation(pool, persons);
  return {
    persons,
    schedule,
    recomputation,
    async prepare(signal) {
      while (!(await schedule.followRules(mapping.datesVersion, () => clock.now(), signal)))
        await clock.sleep(WAIT_MS, signal);
      while (
        !signal.aborted &&
        (await recomputation.renew({ at: clock.now(), actor: "system", causes: [] })) > 0
      );
    },
  };
}
