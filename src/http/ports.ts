import type { JsonObject } from "../core/entity.ts";
import type { Scope } from "./auth/scopes.ts";

/** A token in the store, without its secret. */
export interface TokenRecord {
  readonly id: string;
  readonly sourceId: string;
  /** SHA-256, 32 bytes. */
  readonly secretHash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
}

export interface TokenLookup {
  /** Includes revoked and expired tokens. Throws Unavailable if the database does not answer. */
  find(id: string): Promise<TokenRecord | undefined>;
  /** Records the use of a token; writes at most once a minute. */
  touch(id: string): Promise<void>;
}

/**
 * A workload of an identity provider that gets access tokens for its signed assertions (RFC 7523
 * section 2.2). All texts are compared exactly.
 */
export interface TrustRecord {
  /** A UUID, and the client id at the token endpoint. No token has the same id. */
  readonly id: string;
  readonly sourceId: string;
  readonly issuer: string;
  readonly subject: string;
  /** The assertion has exactly one of these audiences. */
  readonly audiences: readonly string[];
  /** The claim `tid`. */
  readonly tenantId: string;
  /** The address of the issuer's keys. */
  readonly jwksUrl: string;
  readonly scopes: readonly Scope[];
  readonly lastUsedAt?: Date;
  readonly removedAt?: Date;
}

export interface TrustLookup {
  /** Includes removed trusts. `id` is a UUID. Throws Unavailable if the database does not answer. */
  find(id: string): Promise<TrustRecord | undefined>;
  /** Records the use of a trust; writes at most once a minute. */
  touch(id: string): Promise<void>;
}

/** A session in the store, without the secret of its cookie. */
export interface SessionRecord {
  readonly id: string;
  /** As in the history: `token:<id>`, `link:<id>`, `user:<sub>`. */
  readonly actor: string;
  /** The token that opened the session. The session ends with it. */
  readonly tokenId?: string | undefined;
  readonly sourceId: string;
  readonly roles: readonly string[];
  readonly name: string;
  readonly scopes: readonly string[];
  readonly openedAt: Date;
  readonly usedAt: Date;
  readonly expiresAt: Date;
  /** Time of the last authentication, if it is known. */
  readonly authenticatedAt?: Date;
  /** Time of the last role check at the identity provider. Only for sessions that a provider opened. */
  readonly checkedAt?: Date;
  /** The refresh token for this check, encrypted with the secret of the cookie. */
  readonly sealedRefresh?: Uint8Array;
}

export interface LoginLinkRecord {
  readonly id: string;
  readonly role: string;
  /** The operating-system name of the person who created it. */
  readonly madeBy: string;
}

export interface SessionStore {
  /** Includes expired sessions. `secretHash`: SHA-256. Throws Unavailable if the database does not answer. */
  find(secretHash: Uint8Array): Promise<SessionRecord | undefined>;
  /** Records the event `session.opened` and deletes expired sessions. */
  add(session: SessionRecord, secretHash: Uint8Array, requestId: string): Promise<void>;
  noteUse(id: string): Promise<void>;
  /** Sessions that have not expired and were used after this time, newest first. */
  list(usedAfter: Date): Promise<readonly SessionRecord[]>;
  /**
   * Records the event `session.closed` if the session existed. `reason`: only if the signed-in person did not
   * ask for it.
   */
  remove(
    id: string,
    by: { readonly actor: string; readonly requestId?: string; readonly reason?: string },
  ): Promise<boolean>;
  /** Whether this process should check the roles now: no process did within the last `restMs`. */
  claimCheck(id: string, now: Date, restMs: number): Promise<boolean>;
  renew(
    id: string,
    session: Required<
      Pick<SessionRecord, "actor" | "roles" | "scopes" | "name" | "checkedAt" | "sealedRefresh">
    >,
  ): Promise<void>;
  /** Only one of several concurrent callers gets the link. Undefined: there is no valid link. */
  spendLink(secretHash: Uint8Array, now: Date): Promise<LoginLinkRecord | undefined>;
}

export interface AssertionLedger {
  /** Whether this is the first use of the digest in all processes. Remembered until `expiresAt`. */
  consume(digest: Uint8Array, expiresAt: Date): Promise<boolean>;
}

export interface StoredKey {
  /** Purpose and number, such as `oauth-1`. */
  readonly id: string;
  readonly privateJwk: JsonObject;
}

export interface KeyStore {
  /**
   * Returns the key with this id. Stores the offered key first if there is none. Concurrent callers all get
   * the same key.
   */
  keep(offered: StoredKey): Promise<StoredKey>;
  find(id: string): Promise<StoredKey | undefined>;
}
