import type { RefusalTally } from "../alerts/refusals.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Meter } from "../core/meter.ts";
import type { Traffic } from "../http/traffic.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Policy } from "../policy/policy.ts";
import { planEverybody, type WholePlan } from "../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import { type LoopLog, tellingRests } from "../reconcile/run/end/loop-log.ts";
import type { Config } from "../settings/config.ts";
import { createReconcileStore, type ReconcileStorage } from "../store/create.ts";
import type { Pool } from "../store/postgres/pool.ts";
import { openRehearsal } from "../store/rehearse.ts";
import type { Replica } from "../store/replica.ts";
import { createMeterStore, keepMeter, type MeterKeeper } from "../store/status/meters.ts";
import { createRateLimiter } from "../store/target/limiter.ts";
import { createSharedToken } from "../store/target/shared-token.ts";
import type { Vault } from "../store/vault.ts";
import type { DingTalkConfig } from "../targets/dingtalk/config.ts";
import { createTarget } from "../targets/registry.ts";
import { TARGET } from "../targets/target-name.ts";
import { loadRules } from "./load-rules.ts";
import { dateDeps } from "./person-deps.ts";

/* What the loop and the commands beside it work with. In this room alone implementations are created; no decisions are taken in it. */

export interface AppContext {
  readonly config: Config;
  readonly pool: Pool;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of this process. */
  readonly traffic: Traffic;
  /** Of this process as well. */
  readonly meter: Meter;
}

/** Of a process that serves. */
export interface ServerContext extends AppContext {
  /** For what is only looked at. */
  readonly replica?: Replica;
  /** Credentials that it has refused, for the alerts. */
  readonly refusals: RefusalTally;
}

/** Writes down what this process counts, until it is stopped. */
export const startMeter = (app: AppContext): MeterKeeper => keepMeter(createMeterStore(app.pool, TARGET), app.meter, app);

/** What the loop works with, and the commands that look at what it would do. */
export interface SyncComponents {
  readonly target: ReturnType<typeof createTarget>;
  readonly store: ReconcileStorage;
  readonly mapping: Mapping;
  readonly policy: Policy;
}

/** Calls nobody yet. The target has to be closed. Throws CannotStart for a mapping or policy file that is wrong. */
export function syncComponents(
  { config, pool, vault, clock, meter }: AppContext,
  organisation: DingTalkConfig,
  log?: LoopLog,
): SyncComponents {
  const { mapping: everywhere, policy } = loadRules(config, TARGET);
  const mapping = belowRoot(everywhere, organisation);
  const limiter = createRateLimiter(pool, clock, { target: TARGET, perSecond: organisation.qps, burst: 0 });
  const target = createTarget(
    { kind: "dingtalk", ...organisation, ...targetSettings(mapping), ...handOverOf(policy) },
    {
      clock,
      limiter: log ? tellingRests(limiter, log) : limiter,
      tokens: createSharedToken(pool, TARGET, clock),
      meter,
    },
  );
  const rules = { mapping: mapping.version, policy: policy.version, mode: config.syncMode };
  return { target, store: createReconcileStore(pool, TARGET, { vault, meter, rules }), mapping, policy };
}

/** What the loop would do, were it let loose under these rules; those in force, or others. Sends nothing, writes nothing. */
export async function wholePlan(
  { pool, clock, target, store, mapping, policy }: Pick<AppContext, "pool" | "clock"> & SyncComponents,
  mode: SyncMode,
  signal: AbortSignal,
): Promise<WholePlan> {
  const { inForce } = await store.rules();
  const everybody = inForce.mapping !== mapping.version || (inForce.policy !== undefined && inForce.policy !== policy.version);
  const rehearsal = await openRehearsal(pool, { target: TARGET, everybody, sources: mapping.sources, dates: dateDeps(mapping) });
  return planEverybody({ rehearsal, target, mapping, mode, clock, policy }, signal);
}

/** Below another root the same mapping means other departments: everybody is looked at again when it changes. */
const belowRoot = (mapping: Mapping, { managedRoot = "1" }: DingTalkConfig): Mapping =>
  managedRoot === "1" ? mapping : { ...mapping, version: `${mapping.version}@${managedRoot}` };

const handOverOf = ({ leaver: { handOver } }: Policy): Pick<DingTalkConfig, "handOver"> => {
  if (!handOver) return {};
  const { to, otherwise, reason } = handOver;
  return { handOver: { to, reason, ...(otherwise === undefined ? {} : { otherwise }) } };
};

/** What of the mapping the target has to know as well. */
const targetSettings = ({ authorities, settings: { region, registeredIn, roleGroup, enterpriseAccounts } }: Mapping) => ({
  readsAvatar: authorities.some(({ attribute }) => attribute === "avatar"),
  region,
  registeredIn,
  roleGroup,
  enterpriseAccounts,
});
