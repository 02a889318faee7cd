import { hash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Secret } from "../../core/secret.ts";
import type { TokenLookup, TokenRecord, TrustLookup } from "../ports.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { actorOf as actorOfTrust } from "./federation.ts";
import { type Refusal, type RefusalCode, refusal } from "./refusals.ts";
import { type Actor, SCOPES, type Scope } from "./scopes.ts";
import { hashSecret, isSecretOf, readToken } from "./tokens.ts";

export type Verdict =
  /** `passing`: by an access token, which ends within the hour. */
  { readonly ok: true; readonly actor: Actor; readonly passing?: true } | { readonly ok: false; readonly refusal: Refusal };

export interface Authenticator {
  /**
   * The actor behind the text of a bearer token: one of ours, or an access token of our token endpoint. Why there is none is for the log, never for the
   * answer. Throws Unavailable when the database does not answer.
   */
  authenticate(token: string): Promise<Verdict>;
  /** The same for the pair of the token endpoint: the token's id, and its secret part or its whole text. */
  authenticateClient(id: string, secret: string): Promise<Verdict>;
  /** Who is behind a client id now; undefined when it was revoked or removed, or has expired. */
  actorOfClient(id: string): Promise<Actor | undefined>;
  /** Whether this very token was good within the last day. Says nothing about now. */
  wasValidRecently(token: string): boolean;
  /** After a revocation in this process: what was verified before counts no more. Other processes notice within a second. */
  forget(tokenId: string): void;
}

export interface AuthenticatorOptions {
  readonly tokens: TokenLookup;
  readonly trusts: TrustLookup;
  readonly accessTokens: AccessTokens;
  /** The setting BOOTSTRAP_TOKEN: a token with every scope for this source, which no table holds. */
  readonly bootstrap?: { readonly token: Secret; readonly sourceId: string };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a verified token is cached: the hot path needs no query, and a revocation by another process takes effect after this time. */
const FRESH_MS = 1_000;
/** A day: Entra ID sends requests about every 40 minutes, and must not be locked out by guesses from the same address. */
const RECOGNISED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 10_000;
const TOUCH_MS = 60_000;

/** Names the token of the setting, as client id and in history. */
export const BOOTSTRAP_ID = "bootstrap";

interface Remembered {
  readonly verdict: Promise<Verdict>;
  readonly atMs: number;
  /** Set after a successful look-up. */
  tokenId?: string;
}

export function createAuthenticator({ tokens, trusts, accessTokens, bootstrap, clock, logger }: AuthenticatorOptions): Authenticator {
  /** By SHA-256 of the text, so that no token lies around in memory, oldest first. */
  const remembered = new Map<string, Remembered>();
  const bootstrapHash = bootstrap && hashSecret(bootstrap.token.reveal());

  async function verify(token: string): Promise<Verdict> {
    if (bootstrap && bootstrapHash && isSecretOf(token, bootstrapHash)) return accepted(bootstrapActor(bootstrap.sourceId));
    const reading = readToken(token);
    if (reading.kind === "token") {
      const { id, secret } = reading.parts;
      return ofRecord(id, await tokens.find(id), secret);
    }
    if (reading.kind === "mistyped") return refused("mistyped", reading.id);
    // Cheaper than an exception for what is clearly something else.
    if (token.split(".").length !== 3) return refused("unknownForm");
    const access = await accessTokens.verify(token);
    if (!access) return refused("accessTokenRefused");
    // The client behind an access token may have been revoked or narrowed since.
    const client = await clientOf(access.clientId);
    return client ? { ok: true, actor: narrowed(client, access.scopes), passing: true } : refused("clientGone", access.clientId);
  }

  async function clientOf(id: string): Promise<Actor | undefined> {
    if (id === BOOTSTRAP_ID && bootstrap) return bootstrapActor(bootstrap.sourceId);
    if (isUuid(id)) {
      const trust = await trusts.find(id);
      return trust && actorOfTrust(trust);
    }
    const record = await tokens.find(id);
    return record && unusable(record) === undefined ? actorOf(record) : undefined;
  }

  function ofRecord(id: string, record: TokenRecord | undefined, secret: string): Verdict {
    // An unknown id takes the same path and time as a wrong secret (docs/threats.md T2).
    const isSecret = isSecretOf(secret, record?.secretHash ?? DUMMY_HASH);
    if (!record) return refused("unknownToken", id);
    if (!isSecret) return refused("wrongSecret", id);
    const why = unusable(record);
    if (why !== undefined) return refused(why, id);
    if (!record.lastUsedAt || clock.now().getTime() - record.lastUsedAt.getTime() > TOUCH_MS) touch(record.id);
    return accepted(actorOf(record));
  }

  function unusable({ revokedAt, expiresAt }: TokenRecord): "revoked" | "expired" | undefined {
    if (revokedAt !== undefined) return "revoked";
    return expiresAt !== undefined && expiresAt <= clock.now() ? "expired" : undefined;
  }

  function touch(id: string): void {
    // Not awaited: when it fails, the request has lost nothing and the next one tries again.
    tokens.touch(id).catch((error: unknown) => logger.warn({ tokenId: id, error }, "the last use of a token was not recorded"));
  }

  function remember(key: string, token: string): Promise<Verdict> {
    const entry: Remembered = { verdict: verify(token), atMs: clock.monotonicMs() };
    remembered.delete(key);
    remembered.set(key, entry);
    const oldest = remembered.keys().next().value;
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    // Only what was good stays: guesses must not push out the others. Rejections reach the caller through `verdict`.
    const drop = () => {
      if (remembered.get(key) === entry) remembered.delete(key);
    };
    entry.verdict.then((verdict) => {
      if (verdict.ok) entry.tokenId = verdict.actor.tokenId;
      else drop();
    }, drop);
    return entry.verdict;
  }

  const ageMs = (entry: Remembered | undefined): number => (entry ? clock.monotonicMs() - entry.atMs : Number.POSITIVE_INFINITY);

  return {
    async authenticate(token) {
      const key = keyOf(token);
      const entry = remembered.get(key);
      // Concurrent requests wait for the same look-up.
      return entry && ageMs(entry) < FRESH_MS ? entry.verdict : remember(key, token);
    },
    async authenticateClient(id, secret) {
      if (id === BOOTSTRAP_ID && bootstrap && bootstrapHash && isSecretOf(secret, bootstrapHash))
        return accepted(bootstrapActor(bootstrap.sourceId));
      const reading = readToken(secret);
      if (reading.kind === "mistyped") return refused("mistyped", id);
      return ofRecord(id, await tokens.find(id), reading.kind === "token" && reading.parts.id === id ? reading.parts.secret : secret);
    },
    actorOfClient: clientOf,
    wasValidRecently(token) {
      const entry = remembered.get(keyOf(token));
      return entry?.tokenId !== undefined && ageMs(entry) < RECOGNISED_MS;
    },
    forget(tokenId) {
      // Look-ups under way may have read the row before it changed: all of those go too.
      for (const [key, entry] of remembered) if (entry.tokenId === tokenId || entry.tokenId === undefined) remembered.delete(key);
    },
  };
}

const accepted = (actor: Actor): Verdict => ({ ok: true, actor });

const refused = (code: RefusalCode, tokenId?: string): Verdict => ({ ok: false, refusal: refusal(code, tokenId) });

/** The digest of nothing: no secret has it. */
const DUMMY_HASH = new Uint8Array(32);

const keyOf = (token: string): string => hash("sha256", token, "base64");

const actorOf = ({ id, sourceId, scopes }: TokenRecord): Actor => ({ id: `token:${id}`, tokenId: id, sourceId, scopes });

const bootstrapActor = (sourceId: string): Actor => ({ id: `token:${BOOTSTRAP_ID}`, tokenId: BOOTSTRAP_ID, sourceId, scopes: SCOPES });

const narrowed = (actor: Actor, scopes: readonly Scope[]): Actor => ({
  ...actor,
  scopes: actor.scopes.filter((scope) => scopes.includes(scope)),
});
