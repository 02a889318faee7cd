import { type Clock, systemClock } from "../../../src/core/clock.ts";
import { type Logger, silentLogger } from "../../../src/core/logger.ts";
import { Secret } from "../../../src/core/secrets/secret.ts";
import { createApp, renderFor } from "../../../src/http/app.ts";
import { type Authenticator, createAuthenticator } from "../../../src/http/auth/auth.ts";
import { createFederation } from "../../../src/http/auth/federation/federation.ts";
import { createIssuerKeys } from "../../../src/http/auth/federation/issuer-keys.ts";
import { createAccessTokens } from "../../../src/http/auth/oauth/access-tokens.ts";
import { jwksEndpoint, tokenEndpoint } from "../../../src/http/auth/oauth/oauth.ts";
import { createSigningKey } from "../../../src/http/auth/oauth/signing.ts";
import { createRefusalLog } from "../../../src/http/auth/refusals.ts";
import type { Scope } from "../../../src/http/auth/scopes.ts";
import { formatToken, hashSecret, makeTokenId, makeTokenSecret } from "../../../src/http/auth/tokens.ts";
import { createClientAddress } from "../../../src/http/connection/client-address.ts";
import { createLimits } from "../../../src/http/connection/limits.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from "../../../src/http/connection/server.ts";
import { NO_PROXIES, readTrustedProxies } from "../../../src/http/connection/trusted-proxies.ts";
import type { FinishedRequest } from "../../../src/http/monitoring/observe.ts";
import { createTraffic } from "../../../src/http/monitoring/traffic.ts";
import type { Mount } from "../../../src/http/mount.ts";
import type {
  AssertionLedger,
  KeyStore,
  StoredKey,
  TokenLookup,
  TokenRecord,
  TrustLookup,
  TrustRecord,
} from "../../../src/http/ports.ts";

export const PUBLIC_URL = "https://scim.example";
export const BOOTSTRAP = "a-bootstrap-token-of-forty-characters-00";
export const SOURCE = "0190a000-0000-7000-8000-000000000001";

/** Tokens in a map: what the door needs of a database. */
function createTokenMap() {
  const records = new Map<string, TokenRecord>();
  let finds = 0;
  const lookup: TokenLookup = {
    async find(id) {
      finds++;
      return records.get(id);
    },
    async touch(id) {
      const record = records.get(id);
      if (record) records.set(id, { ...record, lastUsedAt: new Date() });
    },
  };
  return {
    lookup,
    records,
    finds: () => finds,
    add(scopes: readonly Scope[], more: Partial<TokenRecord> = {}) {
      const [id, secret] = [makeTokenId(), makeTokenSecret()];
      records.set(id, { id, sourceId: SOURCE, secretHash: hashSecret(secret), scopes, ...more });
      return { id, secret, text: formatToken({ environment: "test", id, secret }) };
    },
    change(id: string, change: Partial<TokenRecord>) {
      records.set(id, { ...records.get(id)!, ...change });
    },
  };
}

/** Trusts and spent assertions in maps. */
function createTrustMap() {
  const records = new Map<string, TrustRecord>();
  const spent = new Set<string>();
  const lookup: TrustLookup = {
    async find(id) {
      return records.get(id);
    },
    async touch(id) {
      const record = records.get(id);
      if (record) records.set(id, { ...record, lastUsedAt: new Date() });
    },
  };
  const ledger: AssertionLedger = {
    async consume(digest) {
      const key = Buffer.from(digest).toString("hex");
      return !spent.has(key) && spent.add(key) !== undefined;
    },
  };
  return { lookup, ledger, records };
}

export function createKeyMap(): KeyStore {
  const keys = new Map<string, StoredKey>();
  return {
    async find(id) {
      return keys.get(id);
    },
    async keep(offered) {
      const kept = keys.get(offered.id) ?? offered;
      keys.set(offered.id, kept);
      return kept;
    },
  };
}

export interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export function createLineLogger(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const at = (level: Line["level"]) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

export interface Door {
  readonly server: HttpServer;
  readonly base: string;
  readonly tokens: ReturnType<typeof createTokenMap>;
  readonly trusts: ReturnType<typeof createTrustMap>;
  readonly authenticator: Authenticator;
  readonly finished: FinishedRequest[];
}

export interface DoorOptions {
  readonly mounts?: readonly Mount[];
  readonly ratePerClient?: number;
  /** No limit when unset. */
  readonly concurrencyPerClient?: number;
  /** The setting TRUST_PROXY. */
  readonly trustProxy?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly limits?: HttpServerOptions["limits"];
  readonly lookup?: TokenLookup;
  /** Where keys of trusted issuers may be fetched. */
  readonly keyOrigins?: readonly string[];
}

/** The whole door on a free port, with its own rooms behind it. */
export async function openDoor(options: DoorOptions = {}): Promise<Door> {
  const { clock = systemClock, logger = silentLogger, ratePerClient = 0 } = options;
  const tokens = createTokenMap();
  const trusts = createTrustMap();
  const signingKey = createSigningKey(createKeyMap());
  const accessTokens = createAccessTokens({ publicUrl: PUBLIC_URL, signingKey, clock });
  const authenticator = createAuthenticator({
    tokens: options.lookup ?? tokens.lookup,
    trusts: trusts.lookup,
    accessTokens,
    bootstrap: { token: new Secret(BOOTSTRAP), sourceId: SOURCE },
    clock,
    logger,
  });
  const federation = createFederation({
    trusts: trusts.lookup,
    ledger: trusts.ledger,
    keys: createIssuerKeys({ clock, logger }),
    keyOrigins: options.keyOrigins ?? [],
    clock,
    logger,
  });
  const limits = createLimits(
    { ratePerClient, concurrencyPerClient: options.concurrencyPerClient ?? 0 },
    clock,
  );
  const proxies = options.trustProxy === undefined ? NO_PROXIES : readTrustedProxies(options.trustProxy)!;
  const addressOf = createClientAddress(proxies);
  const logRefusal = createRefusalLog({ logger, clock });
  const finished: FinishedRequest[] = [];
  const mounts = [
    ...(options.mounts ?? []),
    tokenEndpoint({ authenticator, federation, accessTokens, limits, addressOf, logRefusal }),
    jwksEndpoint([async () => [(await signingKey()).publicJwk]]),
  ];
  const app = createApp({
    publicUrl: PUBLIC_URL,
    host: "127.0.0.1",
    clock,
    logger,
    authenticator,
    limits,
    addressOf,
    logRefusal,
    observe: (request) => finished.push(request),
    traffic: createTraffic(),
    mounts,
  });
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    handler: app,
    clock,
    logger,
    trustedProxies: proxies,
    renderFor: renderFor(mounts),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  return { server, base: `http://127.0.0.1:${server.port}`, tokens, trusts, authenticator, finished };
}
