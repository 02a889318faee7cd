import type { DecidedTrust } from "../../http/auth/federation/new-trust.ts";
import type { Role } from "../../http/auth/roles.ts";
import type { Scope } from "../../http/auth/scopes.ts";

/* The port of stored access: tokens, trusts, sessions and links. */

/** Who did it, as in the history. */
export interface By {
  readonly actor: string;
  readonly requestId: string;
}

interface Usable {
  readonly id: string;
  readonly name: string;
  readonly sourceName: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
}

export interface AccessRecords {
  readonly tokens: {
    list(): Promise<readonly (Usable & { readonly expiresAt?: Date; readonly revokedAt?: Date })[]>;
    create(
      actor: string,
      token: {
        readonly name: string;
        readonly sourceId: string;
        readonly scopes: readonly Scope[];
        readonly expiresAt: Date;
      },
    ): Promise<{
      readonly id: string;
      readonly secret: string;
      readonly text: string;
      readonly expiresAt: Date;
    }>;
    revoke(actor: string, id: string): Promise<boolean>;
  };
  readonly trusts: {
    list(): Promise<readonly (Usable & DecidedTrust & { readonly removedAt?: Date })[]>;
    /** Resolves with its id, which is the client id. */
    add(
      actor: string,
      trust: DecidedTrust & {
        readonly name: string;
        readonly sourceId: string;
        readonly scopes: readonly Scope[];
      },
    ): Promise<string>;
    remove(actor: string, id: string): Promise<boolean>;
  };
  readonly sessions: {
    /** Sessions that have not ended. */
    list(): Promise<readonly SessionSeen[]>;
    /** False: there is no such session. */
    end(id: string, by: By): Promise<boolean>;
  };
  readonly links: {
    /** Links that can still be used. */
    list(): Promise<
      readonly {
        readonly id: string;
        readonly role: string;
        readonly madeBy: string;
        readonly expiresAt: Date;
      }[]
    >;
    add(
      link: {
        readonly secretHash: Uint8Array;
        readonly role: Role;
        readonly reason: string;
        readonly madeBy: string;
      },
      by: By,
    ): Promise<{ readonly id: string; readonly expiresAt: Date }>;
    remove(id: string, by: By): Promise<boolean>;
  };
  /** The id of a source by its name. Undefined: there is none. */
  readonly sourceId: (name: string) => Promise<string | undefined>;
}

interface SessionSeen {
  readonly id: string;
  readonly actor: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly openedAt: Date;
  readonly usedAt: Date;
}
