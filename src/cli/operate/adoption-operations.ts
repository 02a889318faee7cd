import { systemClock } from "../../core/clock.ts";
import type { AdoptionOperations } from "../../reconcile/adopt/ports.ts";
import { TARGET } from "../../targets/target-name.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";

/** Who decides, for the history. */
export const by = () => ({
  at: systemClock.now(),
  actor: ACTOR,
  causes: [],
  target: TARGET,
  detail: { osUser: osUser() },
});

export const withOperations = <T>(work: (operations: AdoptionOperations) => Promise<T>): Promise<T> =>
  withPool(async (joined) => {
    const [{ createAdoptionOperations }, { openVault }] = await Promise.all([
      import("../../store/adopt/decisions.ts"),
      import("../../keys/open-vault.ts"),
    ]);
    return work(
      createAdoptionOperations(joined.pool, TARGET, await openVault({ ...joined, clock: systemClock })),
    );
  });
