import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { accessEndpoint } from "../api/access.ts";
import { createMetrics } from "../api/all-metrics.ts";
import { departmentsEndpoint } from "../api/departments.ts";
import { historyEndpoint } from "../api/events.ts";
import { feedEndpoint } from "../api/feed.ts";
import { groupsEndpoint } from "../api/groups.ts";
import { evidenceEndpoint } from "../api/history/evidence.ts";
import { leaversEndpoint } from "../api/history/leavers.ts";
import { organisationEndpoint } from "../api/history/organisation.ts";
import { holdsEndpoint } from "../api/holds.ts";
import { incidentsEndpoint } from "../api/incidents.ts";
import { joinsEndpoint } from "../api/joins.ts";
import { kpisEndpoint } from "../api/kpis.ts";
import { logMounts } from "../api/log.ts";
import { mappingEndpoint } from "../api/mapping.ts";
import { peopleEndpoint } from "../api/people.ts";
import { createPersonalReads } from "../api/personal-reads.ts";
import { sourcesEndpoint } from "../api/sources.ts";
import { syncEndpoint } from "../api/sync.ts";
import { readBuild } from "../process/build.ts";
import { type AppContext, type ServerContext, syncComponents, wholePlan } from "./components.ts";
import { mappingDesk } from "./mapping-desk.ts";
import { Secret } from "../core/secret.ts";
import { createGroupDirectory } from "../directory/groups.ts";
import { createUserDirectory } from "../directory/users.ts";
import { createEvidenceDesk } from "../evidence/pack/desk.ts";
import { createRefusalEvents } from "../evidence/refusal-events.ts";
import { type AppOptions, createApp, renderFor } from "../http/app.ts";
import { createAccessTokens } from "../http/auth/access-tokens.ts";
import { createAuthenticator } from "../http/auth/auth.ts";
import { createFederation } from "../http/auth/federation.ts";
import { createIssuerKeys } from "../http/auth/issuer-keys.ts";
import { jwksEndpoint, tokenEndpoint } from "../http/auth/oauth.ts";
import { createRefusalLog, type LogRefusal, shownOf, shownPath } from "../http/auth/refusals.ts";
import { createSecurityEventTokens } from "../http/auth/security-event-tokens.ts";
import { createSigningKey } from "../http/auth/signing.ts";
import { createClientAddress } from "../http/connection/client-address.ts";
import { messagesOf } from "../http/connection/express-messages.ts";
import { createLimits } from "../http/connection/limits.ts";
import { type HttpServer, startHttpServer } from "../http/connection/server.ts";
import { dashboardMounts } from "../http/dashboard.ts";
import { docsMounts } from "../http/docs.ts";
import { healthMounts, type ReadinessCheck } from "../http/health.ts";
import { metricsEndpoint } from "../http/metrics.ts";
import { createAttemptCookie } from "../http/oidc/attempt.ts";
import { createProvider } from "../http/oidc/provider.ts";
import { createSessionCookie } from "../http/session/cookie.ts";
import { createRoleWatch } from "../http/session/role-watch.ts";
import { createSessions } from "../http/session/sessions.ts";
import { signInMount } from "../http/session/sign-in.ts";
import { keptComponents } from "./kept-components.ts";
import { loadFeed, loadMapping } from "./load-rules.ts";
import { dashboardDirectory, openapiFile } from "../process/paths.ts";
import { personDeps } from "./person-deps.ts";
import { createPlanDesk } from "../reconcile/compare/plan-desk.ts";
import { previewPerson } from "../reconcile/compare/preview.ts";
import type { WholePlan } from "../reconcile/compare/whole-plan.ts";
import type { SyncMode } from "../reconcile/policy.ts";
import { organisationSettings, sandboxUrl } from "./sandbox.ts";
import { scimMount } from "../scim/router.ts";
import type { Config } from "../settings/config.ts";
import { createActorNames } from "../store/access/actor-names.ts";
import { ensureBootstrap } from "../store/access/bootstrap.ts";
import { createPrisma } from "../store/access/prisma.ts";
import { createSessionStore } from "../store/access/sessions.ts";
import { createSetup } from "../store/access/setup.ts";
import { createSigningKeys } from "../store/access/signing-keys.ts";
import { createSources } from "../store/access/sources.ts";
import { createTokens } from "../store/access/tokens.ts";
import { createTrusts } from "../store/access/trusts.ts";
import { createAssertionLedger } from "../store/access/used-assertions.ts";
import { createAssessmentRequests } from "../store/adopt/assessments.ts";
import { createAdoptionOperations } from "../store/adopt/decisions.ts";
import { createIncidents } from "../store/alerts/listing.ts";
import { createDirectoryStore } from "../store/create.ts";
import { createFeedStore } from "../store/feed/feed-store.ts";
import { createEventAppender } from "../store/history/event-appender.ts";
import { createEventLog } from "../store/history/event-log.ts";
import { createLogReader } from "../store/history/log/reader.ts";
import { createPersonalReadLog } from "../store/history/personal-reads.ts";
import { createKpiHours } from "../store/kpis/kpis.ts";
import { createHolds } from "../store/loop/guard/holds.ts";
import { createSyncOperations } from "../store/operations.ts";
import { createScheduleReader } from "../store/people/due.ts";
import { createJoinOperations } from "../store/people/operations.ts";
import { readingFrom } from "../store/replica.ts";
import { createDepartmentList } from "../store/status/departments.ts";
import { createMeterStore } from "../store/status/meters.ts";
import { createPutBack } from "../store/status/put-back.ts";
import { TARGET } from "../targets/target-name.ts";

/* The HTTP side: every address there is, with what stands behind it. */

const environmentOf = (config: Config) => (config.dingtalk.kind === "sandbox" ? "test" : "live");

/** The token to show once, when one was made just now. */
export async function prepareAccess({ config, pool, clock }: AppContext): Promise<{ readonly newToken: Secret | undefined }> {
  const database = createPrisma(pool);
  const tokens = createTokens({ database, clock, environment: environmentOf(config) });
  const sources = createSources(database, clock);
  const { newToken } = await ensureBootstrap({ sources, tokens, ...(config.bootstrapToken ? { configured: config.bootstrapToken } : {}) });
  return { newToken: newToken === undefined ? undefined : new Secret(newToken) };
}

/** SCIM, operators' and auditors' interface, OAuth, probes and documents on one listener. */
export async function startApi(app: ServerContext, checks: Readonly<Record<string, ReadinessCheck>>): Promise<HttpServer> {
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
export async function composeApi(app: ServerContext, checks: Readonly<Record<string, ReadinessCheck>>): Promise<AppOptions> {
  const { config, pool, vault, replica, clock, logger, traffic } = app;
  const database = createPrisma(pool);
  const sources = createSources(database, clock);
  const source = await sources.ensureDefault();
  const signingKey = createSigningKey(createSigningKeys(database));
  const accessTokens = createAccessTokens({ publicUrl: config.publicUrl, signingKey, clock });
  const trusts = createTrusts(database, clock);
  const tokens = createTokens({ database, clock, environment: environmentOf(config) });
  const authenticator = createAuthenticator({
    tokens,
    trusts,
    accessTokens,
    clock,
    logger,
    ...(config.bootstrapToken ? { bootstrap: { token: config.bootstrapToken, sourceId: source.id } } : {}),
  });
  const ledger = createAssertionLedger(database, clock);
  const sessionStore = createSessionStore(database, clock);
  const provider = config.oidc && createProvider({ settings: config.oidc, publicUrl: config.publicUrl, clock, logger });
  const sessions = createSessions({
    store: sessionStore,
    actorOfToken: (id) => authenticator.actorOfClient(id),
    roleWatch: createRoleWatch({ store: sessionStore, lookAgain: provider?.lookAgain, clock, logger }),
    defaultSourceId: source.id,
    clock,
    logger,
  });
  const signedIn = { sessions, cookie: createSessionCookie(config.publicUrl), publicUrl: config.publicUrl };
  const federation = createFederation({
    trusts,
    ledger,
    keys: createIssuerKeys({ clock, logger }),
    keyOrigins: config.assertionKeyOrigins,
    clock,
    logger,
  });
  const limits = createLimits({ ratePerClient: config.rateLimitPerClient, concurrencyPerClient: config.concurrencyPerClient }, clock);
  const addressOf = createClientAddress(config.trustedProxies);
  const log = createRefusalLog({ logger, clock });
  const events = createEventAppender(pool);
  const refused = createRefusalEvents({ events, clock, logger });
  const logRefusal: LogRefusal = (refusal, request) => {
    log(refusal, request);
    app.refusals.add({ ...request, ...(refusal.tokenId === undefined ? {} : { tokenId: refusal.tokenId }) });
    const { requestId, path, credential } = request;
    refused.add({ check: refusal.code, requestId, path: shownPath(path), ...shownOf(refusal.tokenId, credential) });
  };
  const entries = createLogReader(pool);
  const persons = personDeps(loadMapping(config, TARGET), vault);
  const directory = { store: createDirectoryStore(pool, [TARGET], vault, persons), clock };
  const joins = createJoinOperations(pool, persons);
  const reads = createPersonalReads(createPersonalReadLog(pool), clock);
  const sandbox = sandboxUrl(config);
  const build = readBuild();
  const history = {
    ...createEventLog(pool, vault),
    ...readingFrom(replica, pool, (from) => {
      const { list, related, histogram, story } = createEventLog(from, vault);
      return { list, related, histogram, story };
    }),
  };
  const past = { log: history, reads, clock };
  const looks = keptComponents(app, () => organisationSettings(config));
  const desk = createEvidenceDesk({
    // Complete: a replica may be behind.
    log: createEventLog(pool, vault),
    entries,
    events,
    clock,
    logger,
    limitMinutes: config.leaverMinutes,
    version: build.version,
    host: hostname(),
    folder: join(config.dataDir, "evidence"),
  });
  const operations = {
    ...createSyncOperations(pool, TARGET, clock),
    ...readingFrom(replica, pool, (from) => ({ items: createSyncOperations(from, TARGET, clock).items })),
  };
  const holds = createHolds(pool, TARGET, clock);
  const incidents = createIncidents(pool, TARGET);
  const feed = createFeedStore(pool, vault);
  const { registry, observe } = createMetrics({
    target: TARGET,
    build,
    clock,
    logger,
    meter: app.meter,
    status: operations.status,
    alerts: incidents.figures,
    feed: feed.figures,
    listening: async () => ({ listening: await operations.listening() }),
    replica: () => replica?.state(),
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
    signedIn,
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
      historyEndpoint({ ...past, entries, events, version: build.version, actorNames: createActorNames(database) }),
      ...logMounts(entries),
      leaversEndpoint({ log: history, limitMinutes: config.leaverMinutes, clock }),
      groupsEndpoint(past),
      organisationEndpoint(past),
      joinsEndpoint({ joins, clock }),
      peopleEndpoint({
        ...past,
        operations,
        joins,
        schedule: createScheduleReader(pool),
        preview: async (id) => previewPerson({ ...app, ...looks() }, id),
        explain: (user) => looks().mapping.explain({ user, groups: [] }),
      }),
      mappingEndpoint({ desk: mappingDesk(app, looks, operations), reads }),
      departmentsEndpoint(createDepartmentList(pool, TARGET)),
      evidenceEndpoint({ desk, clock, log: history }),
      sourcesEndpoint({ list: () => sources.list(), publicUrl: config.publicUrl, setup: createSetup(database, clock) }),
      holdsEndpoint({ holds, clock, sandbox: sandbox !== undefined }),
      kpisEndpoint({
        kpis: readingFrom(replica, pool, (from) => createKpiHours(from, TARGET)),
        operations,
        targets: { latencySeconds: config.latencyTargetSeconds, leaverMinutes: config.leaverMinutes },
        clock,
      }),
      feedEndpoint({
        entries: loadFeed(config),
        store: feed,
        tokens: createSecurityEventTokens({ publicUrl: config.publicUrl, signingKey, clock }),
        clock,
        logger,
        target: TARGET,
      }),
      incidentsEndpoint({ incidents, language: config.alerts.language, clock, target: TARGET }),
      syncEndpoint({
        reads,
        adoptions: createAdoptionOperations(pool, TARGET, vault),
        assessments: createAssessmentRequests(pool, TARGET),
        plans: createPlanDesk({ make: (mode) => planUnderRules(app, mode), clock }),
        operations,
        holds,
        removed: createPutBack(pool, TARGET, clock),
        incidents,
        clock,
        target: TARGET,
        replica: () => replica?.state(),
        ceiling: config.syncMode,
        callsPerSecond: config.dingtalk.qps,
        ...(sandbox === undefined ? {} : { sandbox }),
      }),
      accessEndpoint({
        records: {
          ...{ tokens, trusts, sessions },
          links: { list: sessionStore.listLinks, add: sessionStore.addLink, remove: sessionStore.removeLink },
          sourceId: async (name) => (await sources.findByName(name))?.id,
        },
        tokenPrefix: `sdt_${environmentOf(config)}_`,
        publicUrl: config.publicUrl,
        clock,
        forget: (id) => authenticator.forget(id),
      }),
      signInMount({
        ...{ authenticator, limits, addressOf, logRefusal, signedIn },
        oidc: provider && { provider, cookie: createAttemptCookie(config.publicUrl), ledger, clock },
      }),
      tokenEndpoint({ authenticator, federation, accessTokens, limits, addressOf, logRefusal }),
      jwksEndpoint([async () => [(await signingKey()).publicJwk]]),
      ...healthMounts({ checks, clock, logger }),
      metricsEndpoint(registry, { openOnLoopback: config.metricsOpenOnLoopback }),
      ...docsMounts(readFileSync(openapiFile, "utf8"), config.publicUrl),
      ...dashboardMounts(dashboardDirectory),
    ],
  };
}

/** The plan of everybody under the rules of this installation, with a target of its own. */
async function planUnderRules(app: AppContext, mode: SyncMode): Promise<WholePlan> {
  const parts = syncComponents(app, organisationSettings(app.config));
  try {
    return await wholePlan({ ...app, ...parts }, mode, new AbortController().signal);
  } finally {
    parts.target.close();
  }
}
