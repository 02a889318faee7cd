import { createErasuresFile } from "../../database/erasures-file.ts";
import { createSeenFile } from "../../database/seen-file.ts";
import { keepPersons } from "../../persons/keep.ts";
import { keepErasures } from "../../privacy/keep-erasures.ts";
import { keepRetention } from "../../privacy/retention.ts";
import { watchForRestores } from "../../reconcile/process/restore.ts";
import type { RulesWatch } from "../../reconcile/rules/watch.ts";
import { startSchedule } from "../../schedule/run.ts";
import { createRestoreStore } from "../../store/loop/restore.ts";
import { createErasures } from "../../store/privacy/erase.ts";
import { createRetention } from "../../store/privacy/retention.ts";
import { TARGET } from "../../targets/target-name.ts";
import type { AppContext, SyncComponents } from "../components.ts";
import type { PeopleByRules } from "./people-by-rules.ts";

interface MaintenanceDeps {
  readonly mapping: SyncComponents["mapping"];
  readonly people: Pick<PeopleByRules, "schedule" | "recomputation">;
  /** Whether the rules of this process are in force, or at least those about leavers. */
  readonly rules: Pick<RulesWatch, "isWorking" | "isForLeavers">;
  /** Requests a comparison with the target. */
  readonly compare: () => Promise<void>;
}

/**
 * Tasks of a process besides the loop: restores, erasures, retention, dates, people with several records.
 * Resolves after the check for a restored database, which must precede the first event of the loop. Call
 * `stop` after `signal` is aborted.
 */
export async function startMaintenance(
  { config, pool, vault, clock, logger }: AppContext,
  { mapping, people, rules, compare }: MaintenanceDeps,
  signal: AbortSignal,
): Promise<{ stop(): Promise<void> }> {
  const restores = {
    store: createRestoreStore(pool, TARGET),
    file: createSeenFile(config.dataDir),
    clock,
    logger,
    target: TARGET,
  };
  const restored = watchForRestores({ ...restores, compare });
  await restored.first;
  const erasures = createErasures({ pool, vault, clock, targets: [TARGET] });
  const erased = keepErasures({ store: erasures, file: createErasuresFile(config.dataDir), clock, logger });
  await erased.first;
  const retention = keepRetention(
    { store: createRetention(pool, vault), days: config.retention, clock, logger },
    signal,
  );
  // Rules that decide about leavers as the earlier ones do read dates in the same way.
  const readsDates = () => rules.isWorking() || rules.isForLeavers();
  const schedule = startSchedule({
    store: people.schedule,
    version: mapping.datesVersion,
    isWorking: readsDates,
    clock,
    logger,
  });
  const joined = keepPersons(
    { recomputation: people.recomputation, isWorking: rules.isWorking, clock, logger },
    signal,
  );
  return {
    async stop() {
      await Promise.all([restored.stop(), erased.stop(), schedule.stop(), retention, joined]);
    },
  };
}
