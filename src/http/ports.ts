import type { JsonObject } from "../core/entity.ts";
import type { Scope } from "./scopes.ts";

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
  /** Notes that the token was used; writes at most once a minute, whoever calls how often. */
  touch(id: string): Promise<void>;
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
