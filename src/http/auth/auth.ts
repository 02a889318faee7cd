import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Secret } from "../../core/secrets/secret.ts";
import type { TokenLookup, TokenRecord, TrustLookup } from "../ports.ts";
import { actorOf as actorOfTrust } from "./federation/federation.ts";
import type { AccessTokens } from "./oauth/access-tokens.ts";
import { type Actor, SCOPES, type Scope } from "./scopes.ts";
import { hashSecret, isSecretOf, readToken } from "./tokens.ts";
import { accepted, refused, type Verdict } from "./verdict.ts";
import { createVerdictMemory } from "./verdict-memory.ts";

export interface Authenticator {
  /**
   * The actor of a bearer token: a token of ours, or an access token of our token endpoint. The reason of a
   * refusal is for the log, never for the answer. Throws Unavailable if the database does not answer.
   */
  authenticate(token: string): Promise<Verdict>;
  /** Does the same for the token endpoint: the id of the token, and its secret part or its whole text. */
  authenticateClient(id: string, secret: string): Promise<Verdict>;
  /** The present actor of a client id. Undefined: revoked, removed or expired. */
  actorOfClient(id: string): Promise<Actor | undefined>;
  /** Whether this token was valid within the last day. It may be invalid now. */
  wasValidRecently(token: string): boolean;
  /**
   * Call this after a revocation in this process: cached results of the token are dropped. Other processes
   * notice within a second.
   */
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

const TOUCH_MS = 60_000;

/** The id of the token from the setting, as client id and in the history. */
const BOOTSTRAP_ID = "bootstrap";

export function createAuthenticator({
  tokens,
  trusts,
  accessTokens,
  bootstrap,
  clock,
  logger,
}: AuthenticatorOptions): Authenticator {
  const bootstrapHash = bootstrap && hashSecret(bootstrap.token.reveal());
  const memory = createVerdictMemory(verify, clock);

  async function verify(token: string): Promise<Verdict> {
    if (bootstrap && bootstrapHash && isSecretOf(token, bootstrapHash))
      return accepted(bootstrapActor(bootstrap.sourceId));
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
    return client
      ? { ok: true, actor: narrowed(client, access.scopes), passing: true }
      : refused("clientGone", access.clientId);
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
    if (!record.lastUsedAt || clock.now().getTime() - record.lastUsedAt.getTime() > TOUCH_MS)
      touch(record.id);
    return accepted(actorOf(record));
  }

  function unusable({ revokedAt, expiresAt }: TokenRecord): "revoked" | "expired" | undefined {
    if (revokedAt !== undefined) return "revoked";
    return expiresAt !== undefined && expiresAt <= clock.now() ? "expired" : undefined;
  }

  function touch(id: string): void {
    // Not awaited: a failure does not affect the request, and the next request tries again.
    tokens
      .touch(id)
      .catch((error: unknown) =>
        logger.warn({ tokenId: id, error }, "the last use of a token was not recorded"),
      );
  }

  return {
    authenticate: memory.verdictOn,
    async authenticateClient(id, secret) {
      if (id === BOOTSTRAP_ID && bootstrap && bootstrapHash && isSecretOf(secret, bootstrapHash))
        return accepted(bootstrapActor(bootstrap.sourceId));
      const reading = readToken(secret);
      if (reading.kind === "mistyped") return refused("mistyped", id);
      return ofRecord(
        id,
        await tokens.find(id),
        reading.kind === "token" && reading.parts.id === id ? reading.parts.secret : secret,
      );
    },
    actorOfClient: clientOf,
    wasValidRecently: memory.wasValidRecently,
    forget: memory.forget,
  };
}

/** A digest that no secret has. */
const DUMMY_HASH = new Uint8Array(32);

const actorOf = ({ id, sourceId, scopes }: TokenRecord): Actor => ({
  id: `token:${id}`,
  tokenId: id,
  sourceId,
  scopes,
});

const bootstrapActor = (sourceId: string): Actor => ({
  id: `token:${BOOTSTRAP_ID}`,
  tokenId: BOOTSTRAP_ID,
  sourceId,
  scopes: SCOPES,
});

const narrowed = (actor: Actor, scopes: readonly Scope[]): Actor => ({
  ...actor,
  scopes: actor.scopes.filter((scope) => scopes.includes(scope)),
});
