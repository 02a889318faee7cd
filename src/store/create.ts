import { randomInt } from "node:crypto";
import type { DirectoryStore } from "../directory/ports.ts";
import { createClaims } from "./claims.ts";
import { createFacts } from "./facts.ts";
import { createGroupStore } from "./groups.ts";
import { createLiveness } from "./liveness.ts";
import { createPauseLift } from "./pause.ts";
import type { Pool } from "./pool.ts";
import { createRenewal } from "./renewal.ts";
import { createSweepStore } from "./sweep.ts";
import { createTree } from "./tree.ts";
import { createUserStore } from "./users.ts";

/** The directory in PostgreSQL. Every write marks the entities it concerns for each of `targets`. */
export const createDirectoryStore = (pool: Pool, targets: readonly string[]): DirectoryStore => ({
  ...createUserStore(pool, targets),
  ...createGroupStore(pool, targets),
});

export type ReconcileStorage = ReturnType<typeof createReconcileStore>;

/** What the reconcile loop of one target keeps; one for each worker, as it is one worker's number that its leases are held under. */
export const createReconcileStore = (pool: Pool, target: string) => {
  const worker = randomInt(1, 2 ** 31 - 1);
  return {
    ...createClaims(pool, target, worker),
    ...createLiveness(pool, target, worker),
    ...createFacts(pool, target),
    ...createTree(pool, target),
    ...createPauseLift(pool, target),
    ...createRenewal(pool, target),
    ...createSweepStore(pool, target),
  };
};
