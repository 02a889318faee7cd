import type { Clock } from "../../../core/clock.ts";
import { type Deadline, startDeadline } from "../../../core/deadline.ts";
import type { EntityKind } from "../../../core/entity.ts";
import { Unavailable } from "../../../core/errors.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import type { Place } from "../liveness.ts";

/**
 * A run ends this share of the lease earlier: its clock may be slower than that of the database, and its last
 * write takes time.
 */
const MARGIN = 0.05;

/** How long a run may rely on a lease, in milliseconds. */
export const termMs = (leaseMs: number): number => leaseMs * (1 - MARGIN);

/** A lease that has ended is not prolonged, even if nobody else has taken the entity. */
const PROLONG: Statement = {
  name: "run-prolong",
  text: `update entity_states set leased_until = now() + $5::float8 * interval '1 ms'
    where target = $1 and kind = $2 and entity_id = $3 and lease = $4 and leased_until > now() returning 1`,
};

export interface Leased {
  readonly target: string;
  readonly kind: EntityKind;
  readonly id: string;
  readonly lease: string;
}

export interface LeaseTerm {
  /** Started before the lease. */
  readonly first: Deadline;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly place: Place;
  /** `term` of the worker's place when the lease was taken. */
  readonly term: number;
}

/** The deadline of a run. It ends with the lease, or when other workers may count this worker as dead. */
export function deadlineOf(
  pool: Pool,
  { target, kind, id, lease }: Leased,
  { first, leaseMs, clock, place, term }: LeaseTerm,
): Deadline {
  let current = first;
  const leftMs = (): number => (place.term === term ? current.leftMs() : 0);

  return {
    leftMs,
    async prolong() {
      if (leftMs() >= termMs(leaseMs) / 2 || leftMs() <= 0) return;
      // The clock starts before the statement is sent, as for the first deadline.
      const next = startDeadline(clock, termMs(leaseMs));
      try {
        const rows = await run(pool.byKey, PROLONG, [target, kind, id, lease, leaseMs]);
        current = rows.length > 0 ? next : startDeadline(clock, 0);
      } catch (error) {
        // The present deadline stays valid. The next call tries again.
        if (!(error instanceof Unavailable)) throw error;
      }
    },
  };
}
