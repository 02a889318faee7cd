import { hash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import type { TokenLookup, TokenRecord, TrustLookup } from "../ports.ts";
import { actorOf as actorOfTrust } from "./federation/federation.ts";
import type { AccessTokens } from "./oauth/access-tokens.ts";
import { type Refusal, type RefusalCode, refusal } from "./refusals.ts";
import { type Actor, SCOPES, type Scope } from "./scopes.ts";
import { hashSecret, isSecretOf, readToken } from "./tokens.ts";

export type Verdict =
  /** `passing`: from an access token, which ends within an hour. */
  { readonly ok: true; readonly actor: Actor; readonly passing?: true } | { readonly ok: false; readonly refusal: Refusal };

export interface Authenticator {
  /**
   * The actor of a bearer token: a token of ours, or an access token of our token endpoint. The reason of a refusal is for the log, never for the
   * answer. Throws Unavailable if the database does not answer.
   */
  authenticate(token: string): Promise<Verdict>;
  /** Does the same for the token endpoint: the id of the token, and its secret part or its whole text. */
  authenticateClient(id: string, secret: string): Promise<Verdict>;
  /** The present actor of a client id. Undefined: revoked, removed or expired. */
  actorOfClient(id: string): Promise<Actor | undefined>;
  /** Whether this token was valid within the last day. It may be invalid now. */
  wasValidRecently(token: string): boolean;
  /** Call this after a revocation in this process: cached results of the token are dropped. Other processes notice within a second. */
  forget(tokenId: string): void;
}

export interface AuthenticatorOptions {
  readonly tokens: TokenLookup;
  readonly trusts: TrustLookup;
  readonly accessTokens: AccessTokens;
  /** The setting BOOTSTRAP_TOKEN: a token with all scopes for this source, which is not stored. */
  readonly bootstrap?: { readonly token: Secret; readonly sourceId: string };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a verified token is cached: the hot path needs no query, and a revocation by another process takes effect after this time. */
const FRESH_MS = 1_000;
/**
 * How long a client counts as recently valid. Entra ID sends requests about every 40 minutes, and guesses from the same address must not lock it out.
 */
const RECOGNISED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 10_000;
const TOUCH_MS = 60_000;

/** The id of the token from the setting, as client id and in the history. */
const BOOTSTRAP_ID = "bootstrap";

interface Remembered {
  readonly verdict: Promise<Verdict>;
  readonly atMs: number;
  /** Set after a successful look-up. */
  tokenId?: string;
}

export function createAuthenticator({ tokens, trusts, accessTokens, bootstrap, clock, logger }: AuthenticatorOptions): Authenticator {
  /** By SHA-256 of the text, so that the memory has no tokens. Oldest first. */
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
    // Cheaper than an exception for a text that is clearly no JWT.
    if (token.split(".").length !== 3) return refused("unknownForm");
    const access = await accessTokens.verify(token);
    if (!access) return refused("accessTokenRefused");
    // The client of an access token may have lost rights since.
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
    // Not awaited: a failure does not affect the request, and the next request tries again.
    tokens.touch(id).catch((error: unknown) => logger.warn({ tokenId: id, error }, "the last use of a token was not recorded"));
  }

  function remember(key: string, token: string): Promise<Verdict> {
    const entry: Remembered = { verdict: verify(token), atMs: clock.monotonicMs() };
    remembered.delete(key);
    remembered.set(key, entry);
    const oldest = remembered.keys().next().value;
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    // Only valid tokens stay cached, so that guesses do not replace them. Rejections reach the caller through `verdict`.
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
      // Concurrent requests share one look-up.
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
      // A running look-up may have read the row before its change, so unfinished look-ups are dropped too.
      for (const [key, entry] of remembered) if (entry.tokenId === tokenId || entry.tokenId === undefined) remembered.delete(key);
    },
  };
}

const accepted = (actor: Actor): Verdict => ({ ok: true, actor });

const refused = (code: RefusalCode, tokenId?: string): Verdict => ({ ok: false, refusal: refusal(code, tokenId) });

/** A digest that no secret has. */
const DUMMY_HASH = new Uint8Array(32);

const keyOf = (token: string): string => hash("sha256", token, "base64");

const actorOf = ({ id, sourceId, scopes }: TokenRecord): Actor => ({ id: `token:${id}`, tokenId: id, sourceId, scopes });

const bootstrapActor = (sourceId: string): Actor => ({ id: `token:${BOOTSTRAP_ID}`, tokenId: BOOTSTRAP_ID, sourceId, scopes: SCOPES });

const narrowed = (actor: Actor, scopes: readonly Scope[]): Actor => ({
  ...actor,
  scopes: actor.scopes.filter((scope) => scopes.includes(scope)),
});
