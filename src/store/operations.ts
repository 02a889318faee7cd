import type { Clock } from "../core/clock.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import type { SyncOperations } from "../reconcile/status.ts";
import { createRulesHolds } from "./loop/guard/rules-holds.ts";
import { createOrders } from "./loop/orders.ts";
import { createPauses } from "./loop/pause.ts";
import { livingProcesses } from "./loop/processes.ts";
import type { Pool } from "./postgres/pool.ts";
import { run, type Statement } from "./postgres/statement.ts";
import { readStats } from "./status/figures.ts";
import { createItems } from "./status/items.ts";
import { readLastHint, readListening } from "./status/listening.ts";
import { readReasons } from "./status/reasons.ts";
import { sharedReading } from "./status/shared-reading.ts";

const LAST_MODE: Statement = {
  name: "status-last-mode",
  text: "select mode from target_states where target = $1",
};

/** The status of one target's loop for operators, and their orders. */
export function createSyncOperations(pool: Pool, target: string, clock: Clock): SyncOperations {
  const pauses = createPauses(pool, target);

  async function status() {
    const [stats, paused] = await Promise.all([readStats(pool, target), pauses.paused()]);
    return { ...stats, ...(paused ? { paused } : {}) };
  }

  return {
    ...createOrders(pool, target),
    ...createItems(pool, target),
    status: sharedReading(status, clock),
    reasons: sharedReading(() => readReasons(pool, target), clock),
    pause: () => pauses.paused(),
    listening: () => readListening(pool, target),
    lastHint: (id) => readLastHint(pool, target, id),
    openHoldOfRules: createRulesHolds(pool, target, clock).openHoldOfRules,

    async processes() {
      const [living, modes] = await Promise.all([
        livingProcesses(pool, target),
        run<{ mode: SyncMode | null }>(pool, LAST_MODE, [target]),
      ]);
      return { living, lastMode: modes[0]?.mode ?? undefined };
    },
  };
}
