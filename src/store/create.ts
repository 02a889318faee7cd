import { randomInt } from "node:crypto";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Meter } from "../core/meter.ts";
import type { DirectoryStore } from "../directory/ports.ts";
import { NO_SOURCE_RULES } from "../mapping/sources.ts";
import { createAssessmentStore } from "./adopt/assessments.ts";
import { createAdoptionOperations } from "./adopt/decisions.ts";
import { createAdoptionStore } from "./adopt/proposals.ts";
import { createGroupStore } from "./directory/groups.ts";
import { createUserStore } from "./directory/users.ts";
import { createFacts } from "./facts/facts.ts";
import { CALL_LIFE_MS } from "./loop/abandoned-runs.ts";
import { expireHolds } from "./loop/guard/hold-ends.ts";
import { createRenewal } from "./loop/guard/rules-change.ts";
import { createRulesHolds } from "./loop/guard/rules-holds.ts";
import { createHintStore } from "./loop/hints/hints.ts";
import { createLiveness } from "./loop/liveness.ts";
import { createOrders } from "./loop/orders.ts";
import { createPauses } from "./loop/pause.ts";
import { type ClaimOptions, createClaims, LEASE_MS } from "./loop/runs/claims.ts";
import { createSweepStore } from "./loop/sweep.ts";
import { NO_DATES } from "./people/dates.ts";
import { createJoinedWrites } from "./people/joined-writes.ts";
import type { SettleDeps } from "./people/settle.ts";
import type { Pool } from "./postgres/pool.ts";
import { createTree, SETTLE_MS } from "./tree/tree.ts";
import type { Vault } from "./vault.ts";

/**
 * The directory in PostgreSQL. Every write marks its entities for each of `targets`. `rules`: how several
 * records of a person are combined.
 */
export const createDirectoryStore = (
  pool: Pool,
  targets: readonly string[],
  vault: Vault,
  { rules, dates }: Pick<SettleDeps, "rules" | "dates"> = { rules: NO_SOURCE_RULES, dates: NO_DATES },
): DirectoryStore => ({
  ...createUserStore(pool, targets, vault, createJoinedWrites(pool, { rules, vault, targets, dates })),
  ...createGroupStore(pool, targets, vault),
});

export interface StoreOptions {
  /** Encrypts values in events about writes to the target. */
  readonly vault: Vault;
  readonly clock?: Clock;
  /** Duration of a lease. */
  readonly leaseMs?: number;
  /** After this time the target does not carry out an unanswered call any more. */
  readonly callLifeMs?: number;
  /** A change of the tree that may be one half of a rename is provisional for this time. */
  readonly settleMs?: number;
  /**
   * True for a private copy of the tables: nothing is written for other processes, for recovery or for
   * auditors.
   */
  readonly rehearsed?: boolean;
  /** Gets the time from each change to its success at the target. */
  readonly meter?: Meter;
  /** The rules of this process. It claims nothing unless they are the rules in force. */
  readonly rules?: NonNullable<ClaimOptions["rules"]>;
}

export type ReconcileStorage = ReturnType<typeof createReconcileStore>;

/**
 * The storage of the reconcile loop for one target. Each worker needs its own, because it has the number
 * under which the worker holds its leases.
 */
export const createReconcileStore = (
  pool: Pool,
  target: string,
  {
    vault,
    clock = systemClock,
    leaseMs = LEASE_MS,
    callLifeMs = CALL_LIFE_MS,
    settleMs = SETTLE_MS,
    rehearsed = false,
    meter,
    rules,
  }: StoreOptions,
) => {
  const worker = randomInt(1, 2 ** 31 - 1);
  const place = { term: 0, lost: false };
  return {
    ...createClaims(pool, target, worker, {
      clock,
      leaseMs,
      callLifeMs,
      place,
      rehearsed,
      meter,
      rules,
      vault,
    }),
    ...createLiveness(pool, target, worker, { callLifeMs, place }),
    ...createFacts(pool, target),
    ...createTree(pool, target, settleMs),
    ...createPauses(pool, target),
    ...createOrders(pool, target),
    ...createRenewal(pool, target),
    ...createRulesHolds(pool, target, clock),
    ...createSweepStore(pool, target),
    ...createHintStore(pool, target),
    ...createAdoptionStore(pool, target, vault),
    ...createAssessmentStore(pool, target),
    accept: createAdoptionOperations(pool, target, vault).accept,
    expireHolds: () => expireHolds(pool, target, clock),
  };
};
