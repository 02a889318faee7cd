import type { JsonObject } from "../core/entity.ts";
import type { Scope } from "./auth/scopes.ts";

/** A token as it is stored: never its secret. */
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
  /** Revoked and expired ones too. Throws Unavailable when the database does not answer. */
  find(id: string): Promise<TokenRecord | undefined>;
  /** Records the use of a token; writes at most once a minute. */
  touch(id: string): Promise<void>;
}

/** A workload of an identity provider that gets access tokens for assertions it has signed (RFC 7523 section 2.2). Every text is compared as it stands. */
export interface TrustRecord {
  /** A UUID, and the client id at the token endpoint: no token has one. */
  readonly id: string;
  readonly sourceId: string;
  readonly issuer: string;
  readonly subject: string;
  /** The assertion names one of these, and nothing else beside it. */
  readonly audiences: readonly string[];
  /** The claim `tid`. */
  readonly tenantId: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  readonly scopes: readonly Scope[];
  readonly lastUsedAt?: Date;
  readonly removedAt?: Date;
}

export interface TrustLookup {
  /** Removed ones too. `id` is a UUID. Throws Unavailable when the database does not answer. */
  find(id: string): Promise<TrustRecord | undefined>;
  /** Records the use of a trust; writes at most once a minute. */
  touch(id: string): Promise<void>;
}

/** Somebody who is signed in, as it is stored: never the secret of the cookie. */
export interface SessionRecord {
  readonly id: string;
  /** As history names them: `token:<id>`, `link:<id>`, `user:<sub>`. */
  readonly actor: string;
  /** The token it was opened with, and with which it ends. */
  readonly tokenId?: string | undefined;
  readonly sourceId: string;
  readonly roles: readonly string[];
  readonly name: string;
  readonly scopes: readonly string[];
  readonly openedAt: Date;
  readonly usedAt: Date;
  readonly expiresAt: Date;
  /** When they last proved who they are, as far as it is known. */
  readonly authenticatedAt?: Date;
  /** When the identity provider that let them in was last asked for their roles. Only of such sessions. */
  readonly checkedAt?: Date;
  /** What it is asked with, encrypted with the secret of the cookie. */
  readonly sealedRefresh?: Uint8Array;
}

export interface LoginLinkRecord {
  readonly id: string;
  readonly role: string;
  /** Who made it, as the operating system knows them. */
  readonly madeBy: string;
}

export interface SessionStore {
  /** Expired ones too. `secretHash`: SHA-256. Throws Unavailable when the database does not answer. */
  find(secretHash: Uint8Array): Promise<SessionRecord | undefined>;
  /** With the event `session.opened`. Removes those that have expired. */
  add(session: SessionRecord, secretHash: Uint8Array, requestId: string): Promise<void>;
  noteUse(id: string): Promise<void>;
  /** Those that have not expired and were used since then, newest first. */
  list(usedAfter: Date): Promise<readonly SessionRecord[]>;
  /** Records the event `session.closed` if the session existed. `reason`: only if the signed-in person did not ask for it. */
  remove(id: string, by: { readonly actor: string; readonly requestId?: string; readonly reason?: string }): Promise<boolean>;
  /** Whether this process should check the roles now: no process did within the last `restMs`. */
  claimCheck(id: string, now: Date, restMs: number): Promise<boolean>;
  renew(
    id: string,
    session: Required<Pick<SessionRecord, "actor" | "roles" | "scopes" | "name" | "checkedAt" | "sealedRefresh">>,
  ): Promise<void>;
  /** Of several who try, one gets it. Undefined when there is none that counts. */
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
  /** Returns the key of this id; when there is none, keeps the offered one first. Of several processes that offer one, all get the same. */
  keep(offered: StoredKey): Promise<StoredKey>;
  find(id: string): Promise<StoredKey | undefined>;
}
