import type { AccessRecords } from "./access-records.ts";

/** All access. `own`: the id of the caller's session. */
export async function everyWayIn(
  { tokens, trusts, sessions, links }: AccessRecords,
  tokenPrefix: string,
  own: string | undefined,
) {
  const [allTokens, allTrusts, allSessions, allLinks] = await Promise.all([
    tokens.list(),
    trusts.list(),
    sessions.list(),
    links.list(),
  ]);
  return {
    tokens: allTokens.map(({ id, name, sourceName, scopes, createdAt, ...token }) => ({
      ...{ id, name, prefix: `${tokenPrefix}${id}_`, source: sourceName, scopes, createdAt },
      expiresAt: token.expiresAt ?? null,
      lastUsedAt: token.lastUsedAt ?? null,
      revokedAt: token.revokedAt ?? null,
    })),
    trusts: allTrusts.map(
      ({
        id,
        name,
        sourceName,
        scopes,
        issuer,
        subject,
        audiences,
        tenantId,
        jwksUrl,
        createdAt,
        ...trust
      }) => ({
        ...{ id, name, source: sourceName, scopes, issuer, subject, audiences, tenantId, jwksUrl, createdAt },
        lastUsedAt: trust.lastUsedAt ?? null,
        removedAt: trust.removedAt ?? null,
      }),
    ),
    sessions: allSessions.map(({ id, actor, name, roles, scopes, openedAt, usedAt }) => ({
      ...{ id, actor, name, roles, scopes, openedAt, usedAt },
      own: own === id,
    })),
    links: allLinks.map(({ id, role, madeBy, expiresAt }) => ({ id, role, madeBy, expiresAt })),
  };
}
