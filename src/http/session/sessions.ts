import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import { scopesOf } from "../auth/rights.ts";
import { isRole } from "../auth/roles.ts";
import type { Actor } from "../auth/scopes.ts";
import { hashSecret } from "../auth/tokens.ts";
import type { Person } from "../oidc/claims.ts";
import type { SessionRecord, SessionStore } from "../ports.ts";
import { makeSecret } from "./cookie.ts";
import type { RoleWatch } from "./role-watch.ts";
import { seal } from "./sealed.ts";
import { type OpenedSession, type Session, sessionOf } from "./session.ts";

export interface Sessions {
  /**
   * Undefined: there is no such session, or it has ended. Throws Unavailable if the database does not answer.
   */
  find(secret: string): Promise<Session | undefined>;
  openWithToken(actor: Actor, requestId: string): Promise<OpenedSession>;
  /** Uses up a one-time link. Undefined: there is no such link, or it has expired or was used. */
  openWithLink(code: string, requestId: string): Promise<OpenedSession | undefined>;
  /**
   * For a sign-in with an identity provider. Without a refresh token the session ends when the roles have to
   * be checked again.
   */
  openByProvider(person: Person, refreshToken: string | undefined, requestId: string): Promise<OpenedSession>;
  close(session: Session, requestId: string): Promise<void>;
  /** The sessions of everybody, newest first. */
  list(): Promise<readonly SessionRecord[]>;
  /** Ends a session; false if there is none. */
  end(id: string, by: { readonly actor: string; readonly requestId: string }): Promise<boolean>;
}

export interface SessionsOptions {
  readonly store: SessionStore;
  /** The present actor of a token. Undefined: revoked or expired. */
  readonly actorOfToken: (tokenId: string) => Promise<Actor | undefined>;
  /** Checks the roles of identity provider sessions again. */
  readonly roleWatch: RoleWatch;
  /** The source of events by people who signed in with a link or an identity provider. */
  readonly defaultSourceId: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const IDLE_MS = 30 * 60_000;
/** Minimum time between two writes of the last use. A session may end that much too early. */
const NOTE_USE_MS = 60_000;
export const SESSION_SECONDS = 12 * 3_600;

type Opening = Omit<SessionRecord, "id" | "openedAt" | "usedAt" | "expiresAt" | "sealedRefresh">;

/**
 * Sessions are few and not a hot path: each request reads its row, so an ended session is refused immediately
 * in every process.
 */
export function createSessions({
  store,
  actorOfToken,
  roleWatch,
  defaultSourceId,
  clock,
  logger,
}: SessionsOptions): Sessions {
  async function open(by: Opening, requestId: string, refreshToken?: string): Promise<OpenedSession> {
    const at = clock.now();
    const secret = makeSecret();
    const record: SessionRecord = {
      ...by,
      id: uuidv7(at.getTime()),
      openedAt: at,
      usedAt: at,
      expiresAt: new Date(at.getTime() + SESSION_SECONDS * 1_000),
      ...(refreshToken === undefined ? {} : { sealedRefresh: seal(refreshToken, secret) }),
    };
    await store.add(record, hashSecret(secret), requestId);
    return { session: sessionOf(record), secret };
  }

  return {
    async find(secret) {
      const record = await store.find(hashSecret(secret));
      const nowMs = clock.now().getTime();
      if (!record || record.expiresAt.getTime() <= nowMs || record.usedAt.getTime() + IDLE_MS <= nowMs)
        return undefined;
      if (record.checkedAt) {
        const current = await roleWatch(record, record.checkedAt, secret);
        return current && noted(current, current.scopes);
      }
      if (record.tokenId === undefined) return noted(record, record.scopes);
      const owner = await actorOfToken(record.tokenId);
      return (
        owner &&
        noted(
          record,
          record.scopes.filter((scope) => owner.scopes.some((own) => own === scope)),
        )
      );
    },
    openWithToken: ({ id, tokenId, sourceId, scopes }, requestId) =>
      open(
        { actor: id, tokenId, sourceId, roles: [], name: tokenId, scopes, authenticatedAt: clock.now() },
        requestId,
      ),
    async openWithLink(code, requestId) {
      const link = await store.spendLink(hashSecret(code), clock.now());
      if (!link || !isRole(link.role)) return undefined;
      const { id, role, madeBy } = link;
      const [roles, scopes] = [[role], scopesOf([role])];
      const by = {
        actor: `link:${id}`,
        sourceId: defaultSourceId,
        roles,
        name: madeBy,
        scopes,
        authenticatedAt: clock.now(),
      };
      return open(by, requestId);
    },
    openByProvider: ({ subject, name, roles, authenticatedAt }, refreshToken, requestId) =>
      open(
        {
          ...{
            actor: `user:${subject}`,
            sourceId: defaultSourceId,
            roles,
            name,
            scopes: scopesOf(roles),
            checkedAt: clock.now(),
          },
          ...(authenticatedAt ? { authenticatedAt } : {}),
        },
        requestId,
        refreshToken,
      ),
    async close({ id, actor }, requestId) {
      await store.remove(id, { actor: actor.id, requestId });
    },
    list: () => store.list(new Date(clock.now().getTime() - IDLE_MS)),
    end: (id, by) => store.remove(id, { ...by, reason: "endedByAdministrator" }),
  };

  function noted(record: SessionRecord, scopes: readonly string[]): Session {
    // Not awaited: a failure does not affect the request, and the next request tries again.
    if (clock.now().getTime() - record.usedAt.getTime() > NOTE_USE_MS)
      store
        .noteUse(record.id)
        .catch((error: unknown) => logger.warn({ error }, "the last use of a session was not recorded"));
    return sessionOf({ ...record, scopes });
  }
}
