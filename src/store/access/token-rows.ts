import { uuidv7 } from "../../core/id.ts";
import { isScope, type Scope } from "../../http/auth/scopes.ts";
import type { TokenRecord } from "../../http/ports.ts";
import { historyRow } from "./prisma.ts";

/**
 * A token without its secret. The secret is shown only once, when the token is made (docs/threats.md T38).
 */
export interface TokenSummary {
  readonly id: string;
  readonly name: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
}

interface AuditDetails {
  readonly actor: string;
  readonly at: Date;
  readonly sourceId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
}

export const eventOf = (
  code: "token.created" | "token.revoked",
  { actor, at, sourceId, tokenId, scopes }: AuditDetails,
) =>
  historyRow({
    id: uuidv7(at.getTime()),
    at,
    code,
    actor,
    sourceId,
    causes: [],
    detail: { tokenId, scopes },
  });

interface Row {
  readonly id: string;
  readonly sourceId: string;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export function recordOf({
  id,
  sourceId,
  secretHash,
  scopes,
  expiresAt,
  revokedAt,
  lastUsedAt,
}: Row): TokenRecord {
  return {
    id,
    sourceId,
    secretHash,
    // A scope that only a later version knows has no effect here.
    scopes: scopes.filter(isScope),
    ...(expiresAt ? { expiresAt } : {}),
    ...(revokedAt ? { revokedAt } : {}),
    ...(lastUsedAt ? { lastUsedAt } : {}),
  };
}

export function withoutHash({
  secretHash: _hidden,
  ...shown
}: TokenRecord & Omit<TokenSummary, keyof TokenRecord>): TokenSummary {
  return shown;
}
