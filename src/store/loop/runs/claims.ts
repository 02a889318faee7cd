import type pg from "pg";
import type { Clock } from "../../../core/clock.ts";
import { startDeadline } from "../../../core/deadline.ts";
import type { EntityKind } from "../../../core/entity.ts";
import type { Meter } from "../../../core/meter.ts";
import type { Guard } from "../../../reconcile/guard/guard.ts";
import type { SyncMode } from "../../../reconcile/policy.ts";
import type { ReconcileStore } from "../../../reconcile/ports.ts";
import type { Rules } from "../../../reconcile/rules/store.ts";
import type { Refusals } from "../../../reconcile/run/plan/refusal.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";
import type { Vault } from "../../vault.ts";
import { FORGOTTEN, markDue, PRIORITY } from "../../write-sql.ts";
import { createGuard } from "../guard/guard.ts";
import type { Place } from "../liveness.ts";
import { CLAIM, CLAIM_LEAVERS, NEXT_DUE } from "./claim-statements.ts";
import { deadlineOf, termMs } from "./lease.ts";
import { createRunWrites } from "./run-writes.ts";
import { createHolders } from "./value-holders.ts";

/*
 * Which entity is next. `entity_states` is the queue; a claim is a lease on one of its rows. The lease has an
 * id of its own for each run, and every later write checks it (fencing). It also has the number of the
 * worker. run-writes.ts and run-ends.ts write under the lease.
 */

/**
 * Longer than the wait for the rate limit and the time-outs of a few calls. A run with many calls prolongs
 * its lease.
 */
export const LEASE_MS = 120_000;

/** DingTalk has no more levels of departments. */
const MOST_LEVELS = 20;

const DROP_OBSERVATIONS: Statement = {
  name: "run-distrust",
  text: `with recursive named as (
    select l.kind, l.entity_id, l.attributes->>'parent' as parent, 1 as level from links l
     where l.target = $1 and l.kind = $2 and l.remote_id = any($3::text[]) and l.status = 'owned'
    union all
    select l.kind, l.entity_id, l.attributes->>'parent', n.level + 1 from named n join links l on l.target = $1 and l.kind = n.kind and l.remote_id = n.parent
     where $5::boolean and l.status = 'owned' and n.level < ${MOST_LEVELS}),
  doubted as (select distinct kind, entity_id from named),
  locked as materialized (
    select 1 from doubted d cross join lateral (
      select 1 from entity_states s where s.target = $1 and s.kind = d.kind and s.entity_id = d.entity_id for update) l),
  forgotten as (
    update links l set ${FORGOTTEN} from doubted d where (select count(*) from locked) >= 0 and l.target = $1 and l.kind = d.kind and l.entity_id = d.entity_id),
  marked as (${markDue(`(select d.kind, d.entity_id, ${PRIORITY.structure}::smallint as priority, $4::uuid[] as causes from doubted d) m`, "array[$1::text]")})
  select d.entity_id as id from doubted d`,
};
const RELEASE: Statement = {
  name: "run-release",
  text: "update entity_states set lease = null, leased_until = null, worker = null where target = $1 and kind = $2 and entity_id = $3 and lease = $4",
};

interface ClaimRow extends pg.QueryResultRow {
  kind: EntityKind;
  entity_id: string;
  lease: string;
  generation: number;
  attempts: number;
  causes: string[];
  unsettled: boolean;
  refused: string | null;
  cause: string | null;
  ordered_mode: SyncMode | null;
  in_hold: boolean;
}

type Claims = Guard &
  Pick<
    ReconcileStore,
    | "claim"
    | "nextDueMs"
    | "begin"
    | "beginSetting"
    | "finish"
    | "release"
    | "holder"
    | "asked"
    | "refused"
    | "dropObservations"
  >;

export interface ClaimOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly callLifeMs: number;
  readonly place: Place;
  readonly rehearsed: boolean;
  readonly meter: Meter | undefined;
  /** The rules of this process. It claims nothing while other rules are in force. Undefined: not checked. */
  readonly rules: (Rules & { readonly leavers?: string }) | undefined;
  readonly vault: Vault;
}

/** `worker`: the number under which this process has its leases. */
export function createClaims(
  pool: Pool,
  target: string,
  worker: number,
  { clock, leaseMs, callLifeMs, place, rehearsed, meter, rules, vault }: ClaimOptions,
): Claims {
  const ownRules = [rules?.mapping, rules?.policy, rules?.mode];

  const claimed = (limit: number, whom: "leavers" | undefined): Promise<ClaimRow[]> => {
    const lease = [target, limit, worker, leaseMs];
    return whom
      ? run<ClaimRow>(pool.byKey, CLAIM_LEAVERS, [...lease, rules?.leavers])
      : run<ClaimRow>(pool.byKey, CLAIM, [...lease, ...ownRules]);
  };

  return {
    async claim(limit, whom) {
      if (place.lost) return [];
      // The clock starts before the statement is sent, and the lease begins later.
      const first = startDeadline(clock, termMs(leaseMs));
      const { term } = place;
      const rows = await claimed(limit, whom);
      return rows.map((row) => ({
        ref: { kind: row.kind, id: row.entity_id },
        lease: row.lease,
        generation: row.generation,
        attempts: row.attempts,
        causes: row.causes,
        deadline: deadlineOf(
          pool,
          { target, kind: row.kind, id: row.entity_id, lease: row.lease },
          { first, leaseMs, clock, place, term },
        ),
        unsettled: row.unsettled,
        ...(row.ordered_mode === null ? {} : { orderedMode: row.ordered_mode }),
        ...(row.refused === null ? {} : { refused: JSON.parse(row.refused) as Refusals }),
        cause: row.cause ?? undefined,
        inHold: row.in_hold,
        ...(whom ? { whom } : {}),
      }));
    },

    async nextDueMs() {
      const [row] = await run<{ ms: number | null }>(pool, NEXT_DUE, [target, ...ownRules]);
      return row?.ms ?? undefined;
    },

    ...createRunWrites(pool, target, { callLifeMs, rehearsed, meter, clock, vault }),
    ...createGuard(pool, { target, vault }, clock),
    ...createHolders(pool, target, vault),

    async release(claim) {
      await run(pool, RELEASE, [target, claim.ref.kind, claim.ref.id, claim.lease]);
    },

    async dropObservations(kind, remoteIds, causes, reach) {
      return (
        await run<{ id: string }>(pool, DROP_OBSERVATIONS, [
          target,
          kind,
          remoteIds,
          causes,
          reach === "above",
        ])
      ).map(({ id }) => id);
    },
  };
}
