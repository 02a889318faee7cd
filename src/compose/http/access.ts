import { accessEndpoint } from "../../api/access/access.ts";
import { sourcesEndpoint } from "../../api/access/sources.ts";
import type { ActorNames } from "../../api/history/events.ts";
import { Secret } from "../../core/secrets/secret.ts";
import { createRefusalEvents } from "../../evidence/refusal-events.ts";
import { createAuthenticator } from "../../http/auth/auth.ts";
import { createFederation } from "../../http/auth/federation/federation.ts";
import { createIssuerKeys } from "../../http/auth/federation/issuer-keys.ts";
import type { IdentifyDeps } from "../../http/auth/identify.ts";
import { createAccessTokens } from "../../http/auth/oauth/access-tokens.ts";
import { jwksEndpoint, tokenEndpoint } from "../../http/auth/oauth/oauth.ts";
import { createSigningKey, type SigningKey } from "../../http/auth/oauth/signing.ts";
import { createRefusalLog, type LogRefusal, shownOf, shownPath } from "../../http/auth/refusals.ts";
import { createClientAddress } from "../../http/connection/client-address.ts";
import { createLimits } from "../../http/connection/limits.ts";
import type { Mount } from "../../http/mount.ts";
import { createAttemptCookie } from "../../http/oidc/attempt.ts";
import { createProvider } from "../../http/oidc/provider.ts";
import { createSessionCookie } from "../../http/session/cookie.ts";
import { createRoleWatch } from "../../http/session/role-watch.ts";
import { createSessions } from "../../http/session/sessions.ts";
import { signInMount } from "../../http/session/sign-in.ts";
import type { Config } from "../../settings/config.ts";
import { createActorNames } from "../../store/access/actor-names.ts";
import { ensureBootstrap } from "../../store/access/bootstrap.ts";
import { createPrisma } from "../../store/access/prisma.ts";
import { createSessionStore } from "../../store/access/sessions.ts";
import { createSetup } from "../../store/access/setup.ts";
import { createSigningKeys } from "../../store/access/signing-keys.ts";
import { createSources } from "../../store/access/sources.ts";
import { createTokens } from "../../store/access/tokens.ts";
import { createTrusts } from "../../store/access/trusts.ts";
import { createAssertionLedger } from "../../store/access/used-assertions.ts";
import { createEventAppender } from "../../store/history/event-appender.ts";
import { readTraffic } from "../../store/status/source-traffic.ts";
import type { AppContext, ServerContext } from "../components.ts";

/* Access: sources, tokens, trusts, sessions, and the addresses that use, show and change them. */

export interface OpenAccess {
  /** Identifies every request. */
  readonly identify: Required<IdentifyDeps>;
  /** The key of this installation for access tokens and security events. */
  readonly signingKey: () => Promise<SigningKey>;
  readonly actorNames: ActorNames;
  readonly mounts: readonly Mount[];
}

const environmentOf = (config: Config) => (config.dingtalk.kind === "sandbox" ? "test" : "live");

const recordsOf = ({ config, pool, clock }: Pick<AppContext, "config" | "pool" | "clock">) => {
  const database = createPrisma(pool);
  return {
    sources: createSources(database, clock),
    tokens: createTokens({ database, clock, environment: environmentOf(config) }),
    trusts: createTrusts(database, clock),
    ledger: createAssertionLedger(database, clock),
    sessionStore: createSessionStore(database, clock),
    signingKeys: createSigningKeys(database),
    setup: createSetup(database, clock),
    actorNames: createActorNames(database),
  };
};

/** The new token to show once, if one was just made. */
export async function prepareAccess(app: AppContext): Promise<{ readonly newToken: Secret | undefined }> {
  const { sources, tokens } = recordsOf(app);
  const configured = app.config.bootstrapToken;
  const { newToken } = await ensureBootstrap({ sources, tokens, ...(configured ? { configured } : {}) });
  return { newToken: newToken === undefined ? undefined : new Secret(newToken) };
}

/** Creates the default source if there is none. */
export async function openAccess(app: ServerContext): Promise<OpenAccess> {
  const { config, clock, logger } = app;
  const { publicUrl } = config;
  const { sources, tokens, trusts, ledger, sessionStore, signingKeys, setup, actorNames } = recordsOf(app);
  const source = await sources.ensureDefault();
  const signingKey = createSigningKey(signingKeys);
  const accessTokens = createAccessTokens({ publicUrl, signingKey, clock });
  const bootstrap = config.bootstrapToken && { token: config.bootstrapToken, sourceId: source.id };
  const authenticator = createAuthenticator({
    tokens,
    trusts,
    accessTokens,
    clock,
    logger,
    ...(bootstrap ? { bootstrap } : {}),
  });
  const keys = createIssuerKeys({ clock, logger });
  const federation = createFederation({
    trusts,
    ledger,
    keys,
    keyOrigins: config.assertionKeyOrigins,
    clock,
    logger,
  });
  const provider = config.oidc && createProvider({ settings: config.oidc, publicUrl, clock, logger });
  const sessions = createSessions({
    store: sessionStore,
    actorOfToken: (id) => authenticator.actorOfClient(id),
    roleWatch: createRoleWatch({ store: sessionStore, lookAgain: provider?.lookAgain, clock, logger }),
    defaultSourceId: source.id,
    clock,
    logger,
  });
  const identify = {
    authenticator,
    limits: createLimits(
      { ratePerClient: config.rateLimitPerClient, concurrencyPerClient: config.concurrencyPerClient },
      clock,
    ),
    addressOf: createClientAddress(config.trustedProxies),
    logRefusal: refusalLog(app),
    signedIn: { sessions, cookie: createSessionCookie(publicUrl), publicUrl },
  };
  return {
    identify,
    signingKey,
    actorNames,
    mounts: [
      sourcesEndpoint({ list: () => sources.list(), traffic: () => readTraffic(app.pool), publicUrl, setup }),
      accessEndpoint({
        records: {
          ...{ tokens, trusts, sessions },
          links: { list: sessionStore.listLinks, add: sessionStore.addLink, remove: sessionStore.removeLink },
          sourceId: async (name) => (await sources.findByName(name))?.id,
        },
        tokenPrefix: `sdt_${environmentOf(config)}_`,
        publicUrl,
        keyOrigins: config.assertionKeyOrigins,
        clock,
        forget: (id) => authenticator.forget(id),
      }),
      signInMount({
        ...identify,
        oidc: provider && { provider, cookie: createAttemptCookie(publicUrl), ledger, clock },
      }),
      tokenEndpoint({ ...identify, federation, accessTokens }),
      jwksEndpoint([async () => [(await signingKey()).publicJwk]]),
    ],
  };
}

/** Refused credentials go to the log, the alerts and, summed up, the history. */
function refusalLog({ pool, clock, logger, refusals }: ServerContext): LogRefusal {
  const log = createRefusalLog({ logger, clock });
  const events = createRefusalEvents({ events: createEventAppender(pool), clock, logger });
  return (refusal, request) => {
    log(refusal, request);
    refusals.add({ ...request, ...(refusal.tokenId === undefined ? {} : { tokenId: refusal.tokenId }) });
    const { requestId, path, credential } = request;
    events.add({
      check: refusal.code,
      requestId,
      path: shownPath(path),
      ...shownOf(refusal.tokenId, credential),
    });
  };
}
