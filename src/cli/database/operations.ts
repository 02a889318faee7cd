import type { JsonObject } from "../../core/entity.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { operatorEvent } from "../../reconcile/operator-event.ts";
import type { SyncMode } from "../../reconcile/policy.ts";
import type { SyncOperations } from "../../reconcile/status.ts";
import { TARGET } from "../../targets/target-name.ts";
import { withPool } from "./joined-pool.ts";
import { osUser } from "./os-user.ts";
import { ACTOR } from "./records.ts";

export interface OperationsAccess {
  readonly operations: SyncOperations;
  /** SYNC_MODE in the environment of this command. */
  readonly own: SyncMode;
  /** An event of the command line, with the user who runs it. */
  event(code: Parameters<typeof operatorEvent>[0], detail?: JsonObject): HistoryEvent;
}

/** Runs `work` on the orders of operators, with or without a running server. */
export const withOperations = <T>(work: (access: OperationsAccess) => Promise<T>): Promise<T> =>
  withPool(async ({ pool, config }) => {
    const [{ createSyncOperations }, { systemClock }] = await Promise.all([
      import("../../store/operations.ts"),
      import("../../core/clock.ts"),
    ]);
    return work({
      operations: createSyncOperations(pool, TARGET, systemClock),
      own: config.syncMode,
      event: (code, detail) =>
        operatorEvent(
          code,
          { actor: ACTOR },
          { clock: systemClock, target: TARGET },
          { ...detail, osUser: osUser() },
        ),
    });
  });
