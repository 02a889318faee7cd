import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Scope } from "../../http/auth/scopes.ts";
import {
  formatToken,
  hashSecret,
  makeTokenId,
  makeTokenSecret,
  type TokenEnvironment,
} from "../../http/auth/tokens.ts";
import type { TokenLookup } from "../../http/ports.ts";
import { type Database, isDuplicate } from "./prisma.ts";
import { eventOf, recordOf, type TokenSummary, withoutHash } from "./token-rows.ts";

export interface NewToken {
  /** A name for operators. */
  readonly name: string;
  readonly sourceId: string;
  readonly scopes: readonly Scope[];
  /** At most a year from now. Unset = a year from now. */
  readonly expiresAt?: Date;
  /** Only for a token whose id must be known beforehand. */
  readonly id?: string;
}

export interface MadeToken {
  readonly id: string;
  /** The client secret for the token endpoint. The client id is `id`. */
  readonly secret: string;
  /** The bearer token, to be shown once. */
  readonly text: string;
  readonly expiresAt: Date;
}

export class TokenRefused extends AppError {
  readonly code = "INVALID_VALUE";
}

export interface Tokens extends TokenLookup {
  /**
   * Rejects with TokenRefused if the token would live more than a year, has no scope, or has an id that
   * exists already.
   */
  create(actor: string, token: NewToken): Promise<MadeToken>;
  /** All tokens, newest first, including revoked ones. */
  list(): Promise<readonly TokenSummary[]>;
  /** False: there is no such token. A revoked token is not changed. */
  revoke(actor: string, id: string): Promise<boolean>;
}

const YEAR_MS = 366 * 24 * 60 * 60_000;
const TOUCH_MS = 60_000;

export interface TokensOptions {
  readonly database: Database;
  readonly clock: Clock;
  /**
   * A part of the text of tokens. It is `test` in the sandbox, so that secret scanners can tell such tokens
   * from real ones.
   */
  readonly environment: TokenEnvironment;
}

export function createTokens({ database, clock, environment }: TokensOptions): Tokens {
  return {
    async create(actor, { name, sourceId, scopes, expiresAt, id = makeTokenId() }) {
      const at = clock.now();
      const latest = new Date(at.getTime() + YEAR_MS);
      const end = expiresAt ?? latest;
      if (end > latest || end <= at)
        throw new TokenRefused("a token must expire in the future, and within a year");
      if (scopes.length === 0) throw new TokenRefused("a token needs at least one scope");
      const secret = makeTokenSecret();
      const row = {
        id,
        sourceId,
        name,
        secretHash: new Uint8Array(hashSecret(secret)),
        scopes: [...scopes],
        createdAt: at,
        expiresAt: end,
      };
      const event = eventOf("token.created", { actor, at, sourceId, tokenId: id, scopes });
      try {
        await database.$transaction([
          database.token.create({ data: row }),
          database.history.create({ data: event }),
        ]);
      } catch (error) {
        if (isDuplicate(error))
          throw new TokenRefused(`a token with the id ${id} exists already`, { cause: error });
        throw error;
      }
      return { id, secret, text: formatToken({ environment, id, secret }), expiresAt: end };
    },

    async list() {
      const rows = await database.token.findMany({
        include: { source: { select: { name: true } } },
        orderBy: { createdAt: "desc" },
      });
      return rows
        .map((row) => ({
          ...recordOf(row),
          name: row.name,
          sourceName: row.source.name,
          createdAt: row.createdAt,
        }))
        .map(withoutHash);
    },

    async revoke(actor, id) {
      const at = clock.now();
      const row = await database.token.findUnique({ where: { id } });
      if (!row) return false;
      await database.$transaction(async (transaction) => {
        const { count } = await transaction.token.updateMany({
          where: { id, revokedAt: null },
          data: { revokedAt: at },
        });
        const event = eventOf("token.revoked", {
          actor,
          at,
          sourceId: row.sourceId,
          tokenId: id,
          scopes: row.scopes,
        });
        if (count > 0) await transaction.history.create({ data: event });
      });
      return true;
    },

    async find(id) {
      const row = await database.token.findUnique({ where: { id } });
      return row ? recordOf(row) : undefined;
    },

    async touch(id) {
      const now = clock.now();
      const before = new Date(now.getTime() - TOUCH_MS);
      await database.token.updateMany({
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
        data: { lastUsedAt: now },
      });
    },
  };
}
