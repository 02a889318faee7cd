import { readFileSync } from "node:fs";
import { createMetrics } from "./api/all-metrics.ts";
import { historyEndpoint } from "./api/events.ts";
import { holdsEndpoint } from "./api/holds.ts";
import { syncEndpoint } from "./api/sync.ts";
import { readBuild } from "./build.ts";
import type { Config } from "./config.ts";
import type { Clock } from "./core/clock.ts";
import { CannotStart } from "./core/errors.ts";
import type { Logger } from "./core/logger.ts";
import type { Meter } from "./core/meter.ts";
import { Secret } from "./core/secret.ts";
import { createSeenFile } from "./database/seen-file.ts";
import { createGroupDirectory } from "./directory/groups.ts";
import { createUserDirectory } from "./directory/users.ts";
import { type AppOptions, createApp, renderFor } from "./http/app.ts";
import { createAccessTokens } from "./http/auth/access-tokens.ts";
import { createAuthenticator } from "./http/auth/auth.ts";
import { createFederation } from "./http/auth/federation.ts";
import { createIssuerKeys } from "./http/auth/issuer-keys.ts";
import { jwksEndpoint, tokenEndpoint } from "./http/auth/oauth.ts";
import { createRefusalLog } from "./http/auth/refusals.ts";
import { createSigningKey } from "./http/auth/signing.ts";
import { createClientAddress } from "./http/connection/client-address.ts";
import { messagesOf } from "./http/connection/express-messages.ts";
import { createLimits } from "./http/connection/limits.ts";
import { type HttpServer, startHttpServer } from "./http/connection/server.ts";
import { docsMounts } from "./http/docs.ts";
import { healthMounts, type ReadinessCheck } from "./http/health.ts";
import { metricsEndpoint } from "./http/metrics.ts";
import type { Traffic } from "./http/traffic.ts";
import { loadMapping, loadPolicy } from "./load-rules.ts";
import type { Mapping } from "./mapping/mapping.ts";
import { openapiFile } from "./paths.ts";
import type { Policy } from "./policy/policy.ts";
import { assess } from "./reconcile/assess/assess.ts";
import { createPlanDesk } from "./reconcile/compare/plan-desk.ts";
import { sweep } from "./reconcile/compare/sweep.ts";
import { planEverybody, type WholePlan } from "./reconcile/compare/whole-plan.ts";
import type { SyncMode } from "./reconcile/policy.ts";
import { startWhenChecked } from "./reconcile/process/loop-start.ts";
import { createSteering } from "./reconcile/process/orders.ts";
import { watchPauses } from "./reconcile/process/pause-watch.ts";
import { preflight } from "./reconcile/process/preflight.ts";
import { createOwnRest } from "./reconcile/process/presence.ts";
import { watchForRestores } from "./reconcile/process/restore.ts";
import { requeueAfterRulesChange } from "./reconcile/process/rules-change.ts";
import { createWorker } from "./reconcile/process/worker.ts";
import { createLoopLog, type LoopLog, tellingRests } from "./reconcile/run/loop-log.ts";
import { createReconciler } from "./reconcile/run/reconciler.ts";
import { organisationSettings, sandboxUrl } from "./sandbox.ts";
import { scimMount } from "./scim/router.ts";
import { ensureBootstrap } from "./store/access/bootstrap.ts";
import { createPrisma } from "./store/access/prisma.ts";
import { createSigningKeys } from "./store/access/signing-keys.ts";
import { createSources } from "./store/access/sources.ts";
import { createTokens } from "./store/access/tokens.ts";
import { createTrusts } from "./store/access/trusts.ts";
import { createAssertionLedger } from "./store/access/used-assertions.ts";
import { createAssessmentRequests } from "./store/adopt/assessments.ts";
import { createAdoptionOperations } from "./store/adopt/decisions.ts";
import { createDirectoryStore, createReconcileStore, type ReconcileStorage } from "./store/create.ts";
import { createEventLog } from "./store/history/event-log.ts";
import { createPresence } from "./store/loop/processes.ts";
import { startQueue } from "./store/loop/queue.ts";
import { createRestoreStore } from "./store/loop/restore.ts";
import type { Pool } from "./store/postgres/pool.ts";
import { openRehearsal } from "./store/rehearse.ts";
import { createHolds } from "./store/status/holds.ts";
import { createMeterStore, keepMeter, type MeterKeeper } from "./store/status/meters.ts";
import { createSyncOperations } from "./store/status/status.ts";
import { createRateLimiter } from "./store/target/limiter.ts";
import { pinOrganisation } from "./store/target/organisation.ts";
import { createSharedToken } from "./store/target/shared-token.ts";
import { type DingTalkConfig, settingsDigest } from "./targets/dingtalk/config.ts";
import { createTarget } from "./targets/registry.ts";

/* The only place where concrete things meet. No decisions are taken here. */

const TARGET = "dingtalk";
/** Entities worked on at a time: enough to fill DingTalk's rate at usual round trips, few enough that facts stay fresh. */
const CONCURRENCY = 32;
/** The same without a rate: nobody waits for a turn, and what goes side by side shares its statements (measured: 0.9 ms of CPU an entity, 1.6 with 16). */
const CONCURRENCY_UNPACED = 128;

export interface AppContext {
  readonly config: Config;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of this process. */
  readonly traffic: Traffic;
  /** Of this process as well. */
  readonly meter: Meter;
}

/** The token to show once, when one was made just now. */
export async function prepareAccess({ config, pool, clock }: AppContext): Promise<{ readonly newToken: Secret | undefined }> {
  const database = createPrisma(pool);
  const tokens = createTokens({ database, clock, environment: environmentOf(config) });
  const sources = createSources(database, clock);
  const { newToken } = await ensureBootstrap({ sources, tokens, ...(config.bootstrapToken ? { configured: config.bootstrapToken } : {}) });
  return { newToken: newToken === undefined ? undefined : new Secret(newToken) };
}

/** Writes down what this process counts, until it is stopped. */
export const startMeter = (app: AppContext): MeterKeeper => keepMeter(createMeterStore(app.pool, TARGET), app.meter, app);

const environmentOf = (config: Config) => (config.dingtalk.kind === "sandbox" ? "test" : "live");

/** SCIM, operators' and auditors' interface, OAuth, probes and documents on one listener. */
export async function startApi(app: AppContext, checks: Readonly<Record<string, ReadinessCheck>>): Promise<HttpServer> {
  const { config, clock, logger } = app;
  const options = await composeApi(app, checks);
  const express = createApp(options);
  return startHttpServer({
    host: config.host,
    port: config.port,
    handler: express,
    messages: messagesOf(express),
    clock,
    logger,
    limits: { connectionsPerAddress: config.connectionsPerAddress },
    trustedProxies: config.trustedProxies,
    renderFor: renderFor(options.mounts),
  });
}

/** Every address there is, with what stands behind it; listens nowhere. */
export async function composeApi(app: AppContext, checks: Readonly<Record<string, ReadinessCheck>>): Promise<AppOptions> {
  const { config, pool, clock, logger, traffic } = app;
  const database = createPrisma(pool);
  const source = await createSources(database, clock).ensureDefault();
  const signingKey = createSigningKey(createSigningKeys(database));
  const accessTokens = createAccessTokens({ publicUrl: config.publicUrl, signingKey, clock });
  const trusts = createTrusts(database, clock);
  const authenticator = createAuthenticator({
    tokens: createTokens({ database, clock, environment: environmentOf(config) }),
    trusts,
    accessTokens,
    clock,
    logger,
    ...(config.bootstrapToken ? { bootstrap: { token: config.bootstrapToken, sourceId: source.id } } : {}),
  });
  const federation = createFederation({
    trusts,
    ledger: createAssertionLedger(database, clock),
    keys: createIssuerKeys({ clock, logger }),
    keyOrigins: config.assertionKeyOrigins,
    clock,
    logger,
  });
  const limits = createLimits({ ratePerClient: config.rateLimitPerClient, concurrencyPerClient: config.concurrencyPerClient }, clock);
  const addressOf = createClientAddress(config.trustedProxies);
  const logRefusal = createRefusalLog({ logger, clock });
  const directory = { store: createDirectoryStore(pool, [TARGET]), clock };
  const sandbox = sandboxUrl(config);
  const operations = createSyncOperations(pool, TARGET, clock);
  const holds = createHolds(pool, TARGET, clock);
  const { registry, observe } = createMetrics({
    target: TARGET,
    build: readBuild(),
    clock,
    logger,
    meter: app.meter,
    status: operations.status,
    meters: createMeterStore(pool, TARGET),
  });

  return {
    publicUrl: config.publicUrl,
    host: config.host,
    clock,
    logger,
    authenticator,
    limits,
    addressOf,
    logRefusal,
    observe,
    traffic,
    mounts: [
      scimMount({
        users: createUserDirectory(directory),
        groups: createGroupDirectory(directory),
        logger,
        publicUrl: config.publicUrl,
        allowRemoveAllMembers: config.allowRemoveAllMembers,
      }),
      historyEndpoint(createEventLog(pool)),
      holdsEndpoint({ holds, sandbox: sandbox !== undefined }),
      syncEndpoint({
        adoptions: createAdoptionOperations(pool, TARGET),
        assessments: createAssessmentRequests(pool, TARGET),
        plans: createPlanDesk({ make: (mode) => planUnderRules(app, mode), clock }),
        operations,
        holds,
        clock,
        target: TARGET,
        ceiling: config.syncMode,
        callsPerSecond: config.dingtalk.qps,
        ...(sandbox === undefined ? {} : { sandbox }),
      }),
      tokenEndpoint({ authenticator, federation, accessTokens, limits, addressOf, logRefusal }),
      jwksEndpoint([async () => [(await signingKey()).publicJwk]]),
      ...healthMounts({ checks, clock, logger }),
      metricsEndpoint(registry, { openOnLoopback: config.metricsOpenOnLoopback }),
      ...docsMounts(readFileSync(openapiFile, "utf8"), config.publicUrl),
    ],
  };
}

export interface RunningSync {
  readonly checks: Readonly<Record<"worker" | "queue", ReadinessCheck>>;
  stop(graceMs: number): Promise<void>;
}

/** What the loop works with, and the commands that look at what it would do. */
export interface SyncComponents {
  readonly target: ReturnType<typeof createTarget>;
  readonly store: ReconcileStorage;
  readonly mapping: Mapping;
  readonly policy: Policy;
}

/** Calls nobody yet. The target has to be closed. Throws CannotStart for a mapping or policy file that is wrong. */
export function syncComponents({ config, pool, clock, meter }: AppContext, organisation: DingTalkConfig, log?: LoopLog): SyncComponents {
  const mapping = belowRoot(loadMapping(config, TARGET), organisation);
  const policy = loadPolicy(config, TARGET);
  const limiter = createRateLimiter(pool, clock, { target: TARGET, perSecond: organisation.qps, burst: 0 });
  const target = createTarget(
    { kind: "dingtalk", ...organisation, ...targetSettings(mapping) },
    {
      clock,
      limiter: log ? tellingRests(limiter, log) : limiter,
      tokens: createSharedToken(pool, TARGET, clock),
      meter,
    },
  );
  return { target, store: createReconcileStore(pool, TARGET, { meter }), mapping, policy };
}

/** What the loop would do, were it let loose under these rules; those in force, or others. Sends nothing, writes nothing. */
export async function wholePlan(
  { pool, clock, target, store, mapping, policy }: Pick<AppContext, "pool" | "clock"> & SyncComponents,
  mode: SyncMode,
  signal: AbortSignal,
): Promise<WholePlan> {
  const rules = await store.rules();
  const rehearsal = await openRehearsal(pool, { target: TARGET, everybody: rules.mapping !== mapping.version });
  return planEverybody({ rehearsal, target, mapping, mode, clock, adopt: policy.adopt, policy }, signal);
}

/** The same under the rules of this installation, with a target of its own. */
async function planUnderRules(app: AppContext, mode: SyncMode): Promise<WholePlan> {
  const parts = syncComponents(app, organisationSettings(app.config));
  try {
    return await wholePlan({ ...app, ...parts }, mode, new AbortController().signal);
  } finally {
    parts.target.close();
  }
}

/** Below another root the same mapping means other departments: everybody is looked at again when it changes. */
const belowRoot = (mapping: Mapping, { managedRoot = "1" }: DingTalkConfig): Mapping =>
  managedRoot === "1" ? mapping : { ...mapping, version: `${mapping.version}@${managedRoot}` };

/** What of the mapping the target has to know as well. */
const targetSettings = ({ settings: { region, registeredIn, roleGroup, enterpriseAccounts } }: Mapping) => ({
  region,
  registeredIn,
  roleGroup,
  enterpriseAccounts,
});

/** The reconcile loop of this process. Throws CannotStart when the organisation is not the one this directory belongs to. */
export async function startSync(app: AppContext, organisation: DingTalkConfig): Promise<RunningSync> {
  const { config, pool, clock, logger, traffic } = app;
  const pinned = await pinOrganisation(pool, TARGET, organisation.corpId);
  if (pinned !== organisation.corpId) {
    throw new CannotStart([`this directory belongs to the DingTalk organisation ${pinned}; DINGTALK_CORP_ID names another one`]);
  }
  const log = createLoopLog(logger, clock, TARGET);
  const { target, store, mapping, policy } = syncComponents(app, organisation, log);
  const rest = createOwnRest(clock);
  const presence = createPresence(pool, TARGET, {
    mode: config.syncMode,
    mappingVersion: mapping.version,
    settings: settingsDigest(organisation),
  });
  const steering = createSteering({ store, ceiling: config.syncMode, clock, logger, wake: () => worker.wake() });
  // Before anything is claimed.
  await steering.look();
  const reconcile = createReconciler({
    log,
    rest,
    store,
    target,
    mapping,
    mode: config.syncMode,
    term: steering.term,
    adopt: policy.adopt,
    policy,
    clock,
    logger,
    random: Math.random,
  });
  const { requestSweep } = createSyncOperations(pool, TARGET, clock);
  const { mode } = await store.rules();
  await requeueAfterRulesChange(store, { mapping, policy, mode: config.syncMode, target: TARGET, clock });
  // In observe the plans are all there is to see, and what changed at the target while nobody looked belongs to them.
  if (config.syncMode === "observe" && mode !== "observe") await requestSweep("system");
  const worker = createWorker({
    store,
    reconcile,
    clock,
    logger,
    concurrency: organisation.qps > 0 ? CONCURRENCY : CONCURRENCY_UNPACED,
    shouldYield: () => traffic.busy,
    isResting: () => rest.problem() !== undefined || steering.isHalted(),
  });
  const stopping = new AbortController();
  const restores = { store: createRestoreStore(pool, TARGET), file: createSeenFile(config.dataDir), clock, logger, target: TARGET };
  // Before the loop adds events of its own.
  await watchForRestores({ ...restores, compare: () => requestSweep("system") }, stopping.signal);
  const queue = startQueue(
    { pool: pool.asyncCommit, clock, logger },
    {
      wake: worker.wake,
      assess: async (actor) => {
        const { findings, figures } = await assess({ store, target, mapping, policy, clock }, actor, stopping.signal);
        logger.info({ target: TARGET, findings, ...figures }, "both sides were assessed");
        worker.wake();
      },
      sweep: async (actor) => {
        const { orphanExamples: _named, ...result } = await sweep({ store, target, mapping, policy, clock }, actor, stopping.signal);
        logger.info({ target: TARGET, ...result }, "everything was compared with the target");
        worker.wake();
      },
    },
  );
  const watching = { target, store, presence, rest, clock, logger };
  const following = steering.watch(stopping.signal);
  let watch = Promise.resolve();
  let startedMs: number | undefined;
  const loopStart = startWhenChecked({
    check: (signal) => preflight(watching, signal),
    start() {
      startedMs = clock.monotonicMs();
      worker.start();
      watch = watchPauses({ ...watching, log, wake: worker.wake }, stopping.signal);
    },
    clock,
    logger,
  });
  return {
    checks: {
      async worker() {
        loopStart.assertPossible();
        const lookedMs = worker.lastLookMs() ?? startedMs;
        if (lookedMs !== undefined && clock.monotonicMs() - lookedMs > STALLED_MS)
          throw new Error("the worker has not looked for work lately");
      },
      queue: async () => queue.check(),
    },
    async stop(graceMs) {
      stopping.abort(new Error("the server is stopping"));
      await Promise.all([loopStart.stop(), queue.stop(graceMs), worker.stop(graceMs)]);
      await Promise.all([watch, following]);
      await presence.leave().catch((error: unknown) => logger.warn({ target: TARGET, error }, "the stop could not be told to the others"));
      target.close();
    },
  };
}

/** The worker looks every second; several misses in a row mean that it hangs or cannot reach the database. */
const STALLED_MS = 10_000;
