import type { RefusalTally } from "../alerts/refusals.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Meter } from "../core/meter.ts";
import type { Traffic } from "../http/monitoring/traffic.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Policy } from "../policy/policy.ts";
import { planEverybody, type WholePlan } from "../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import { leaversDigest } from "../reconcile/rules/leavers.ts";
import { type LoopLog, loggingPauses } from "../reconcile/run/end/loop-log.ts";
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

/*
 * The parts of the loop and of commands. Only this room creates implementations, and it takes no decisions.
 */

export interface AppContext {
  readonly config: Config;
  readonly pool: Pool;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests of this process. */
  readonly traffic: Traffic;
  /** Counts of this process. */
  readonly meter: Meter;
}

/** The context of a server process. */
export interface ServerContext extends AppContext {
  /** For reads that may be slightly old. */
  readonly replica?: Replica;
  /** Refused credentials, for the alerts. */
  readonly refusals: RefusalTally;
}

/** Stores the counts of this process until it is stopped. */
export const startMeter = (app: AppContext): MeterKeeper =>
  keepMeter(createMeterStore(app.pool, TARGET), app.meter, app);

/** The parts of the loop, and of commands that show what it would do. */
export interface SyncComponents {
  readonly target: ReturnType<typeof createTarget>;
  readonly store: ReconcileStorage;
  readonly mapping: Mapping;
  readonly policy: Policy;
}

/**
 * Makes no calls yet. The target has to be closed. Throws CannotStart for an invalid mapping or policy file.
 */
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
      limiter: log ? loggingPauses(limiter, log) : limiter,
      tokens: createSharedToken(pool, TARGET, clock),
      meter,
    },
  );
  const rules = {
    mapping: mapping.version,
    policy: policy.version,
    mode: config.syncMode,
    leavers: leaversDigest(mapping, policy),
  };
  return { target, store: createReconcileStore(pool, TARGET, { vault, meter, rules }), mapping, policy };
}

/** The plan of everybody under these rules, in force or not. Sends nothing and writes nothing. */
export async function wholePlan(
  { pool, clock, target, store, mapping, policy }: Pick<AppContext, "pool" | "clock"> & SyncComponents,
  mode: SyncMode,
  signal: AbortSignal,
): Promise<WholePlan> {
  const { inForce } = await store.rules();
  const everybody =
    inForce.mapping !== mapping.version ||
    (inForce.policy !== undefined && inForce.policy !== policy.version);
  const rehearsal = await openRehearsal(pool, {
    target: TARGET,
    everybody,
    sources: mapping.sources,
    dates: dateDeps(mapping),
  });
  return planEverybody({ rehearsal, target, mapping, mode, clock, policy }, signal);
}

/**
 * Below another root the same mapping means other departments, so a new root has a new version, and everybody
 * is marked.
 */
const belowRoot = (mapping: Mapping, { managedRoot = "1" }: DingTalkConfig): Mapping =>
  managedRoot === "1"
    ? mapping
    : {
        ...mapping,
        version: `${mapping.version}@${managedRoot}`,
        leaversVersion: `${mapping.leaversVersion}@${managedRoot}`,
      };

const handOverOf = ({ leaver: { handOver } }: Policy): Pick<DingTalkConfig, "handOver"> => {
  if (!handOver) return {};
  const { to, otherwise, reason } = handOver;
  return { handOver: { to, reason, ...(otherwise === undefined ? {} : { otherwise }) } };
};

/** The settings of the mapping that the target needs. */
const targetSettings = ({
  authorities,
  settings: { region, registeredIn, roleGroup, enterpriseAccounts },
}: Mapping) => ({
  readsAvatar: authorities.some(({ attribute }) => attribute === "avatar"),
  region,
  registeredIn,
  roleGroup,
  enterpriseAccounts,
});
