import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { LoginLinkRecord, SessionRecord, SessionStore } from "../../http/ports.ts";
import { type Database, historyRow } from "./prisma.ts";

/** Lifetime of a one-time link. */
const LINK_MS = 10 * 60_000;

export interface LoginLinks {
  /** Adds a link and the event `link.created`. Removes expired links. */
  addLink(link: NewLoginLink, by?: By): Promise<{ readonly id: string; readonly expiresAt: Date }>;
  /** Links that can still be used, newest first. */
  listLinks(): Promise<readonly (Omit<LoginLinkRecord, "secretHash"> & { readonly expiresAt: Date })[]>;
  /** Removes a link and adds the event `link.revoked`. False: there is no such link. */
  removeLink(id: string, by: By): Promise<boolean>;
}

/** The actor for the history. Left out: the command line. */
interface By {
  readonly actor: string;
  readonly requestId: string;
}

export interface NewLoginLink {
  readonly secretHash: Uint8Array;
  readonly role: string;
  readonly reason: string;
  readonly madeBy: string;
}

export function createSessionStore(database: Database, clock: Clock): SessionStore & LoginLinks {
  const eventOf: EventOf = (code, more) => {
    const at = clock.now();
    return historyRow({ id: uuidv7(at.getTime()), at, code, causes: [], ...more });
  };

  return {
    async find(secretHash) {
      const row = await database.session.findUnique({ where: { secretHash: new Uint8Array(secretHash) } });
      return row ? recordOf(row) : undefined;
    },

    async add({ tokenId, roles, scopes, sealedRefresh, ...session }, secretHash, requestId) {
      const { id, actor, sourceId } = session;
      const by = tokenId !== undefined ? "token" : actor.startsWith("link:") ? "link" : "provider";
      const detail = { session: id, by, roles: [...roles], scopes: [...scopes] };
      const row = {
        ...session,
        ...{
          secretHash: new Uint8Array(secretHash),
          tokenId: tokenId ?? null,
          roles: [...roles],
          scopes: [...scopes],
        },
        sealedRefresh: sealedRefresh ? new Uint8Array(sealedRefresh) : null,
      };
      await database.$transaction([
        database.session.deleteMany({ where: { expiresAt: { lt: clock.now() } } }),
        database.session.create({ data: row }),
        ...(by === "provider" ? [database.operator.upsert(operator(actor, session.name, clock.now()))] : []),
        // This raises an incident (docs/alerts.md), even if the session has ended by then.
        ...(by === "link" ? [database.alertSignal.create({ data: linkUsed(actor, clock.now()) })] : []),
        database.history.create({ data: eventOf("session.opened", { actor, sourceId, requestId, detail }) }),
      ]);
    },

    async noteUse(id) {
      await database.session.updateMany({ where: { id }, data: { usedAt: clock.now() } });
    },

    async claimCheck(id, now, restMs) {
      const free = { OR: [{ triedAt: null }, { triedAt: { lt: new Date(now.getTime() - restMs) } }] };
      const { count } = await database.session.updateMany({ where: { id, ...free }, data: { triedAt: now } });
      return count === 1;
    },

    async renew(id, { actor, roles, scopes, name, checkedAt, sealedRefresh }) {
      const data = {
        roles: [...roles],
        scopes: [...scopes],
        name,
        checkedAt,
        sealedRefresh: new Uint8Array(sealedRefresh),
      };
      await database.session.updateMany({ where: { id }, data });
      // The provider may have a new name for the person.
      await database.operator.updateMany({ where: { actor }, data: { name, seenAt: checkedAt } });
    },

    async list(usedAfter) {
      const rows = await database.session.findMany({
        where: { expiresAt: { gt: clock.now() }, usedAt: { gt: usedAfter } },
        orderBy: { openedAt: "desc" },
      });
      return rows.map(recordOf);
    },

    async remove(id, { actor, requestId, reason }) {
      const detail = { session: id, ...(reason === undefined ? {} : { reason }) };
      return database.$transaction(async (transaction) => {
        const { count } = await transaction.session.deleteMany({ where: { id } });
        const event = eventOf("session.closed", {
          actor,
          detail,
          ...(requestId === undefined ? {} : { requestId }),
        });
        if (count > 0) await transaction.history.create({ data: event });
        return count > 0;
      });
    },

    ...linksOf(database, clock, eventOf),
  };
}

type EventOf = (
  code: HistoryEvent["code"],
  more: Pick<HistoryEvent, "actor" | "detail"> & Partial<HistoryEvent>,
) => ReturnType<typeof historyRow>;

const linksOf = (
  database: Database,
  clock: Clock,
  eventOf: EventOf,
): Pick<SessionStore, "spendLink"> & LoginLinks => ({
  async spendLink(secretHash, now) {
    const row = await database.loginLink.findUnique({ where: { secretHash: new Uint8Array(secretHash) } });
    if (!row) return undefined;
    // Several requests may use the link at the same time. The one that removes the row gets it.
    const { count } = await database.loginLink.deleteMany({ where: { id: row.id } });
    return count === 1 && row.expiresAt > now
      ? { id: row.id, role: row.role, madeBy: row.madeBy }
      : undefined;
  },

  async listLinks() {
    const rows = await database.loginLink.findMany({
      where: { expiresAt: { gt: clock.now() } },
      orderBy: { id: "desc" },
    });
    return rows.map(({ id, role, madeBy, expiresAt }) => ({ id, role, madeBy, expiresAt }));
  },

  removeLink: (id, by) =>
    database.$transaction(async (transaction) => {
      const { count } = await transaction.loginLink.deleteMany({ where: { id } });
      if (count > 0)
        await transaction.history.create({ data: eventOf("link.revoked", { ...by, detail: { link: id } }) });
      return count > 0;
    }),

  async addLink({ secretHash, role, reason, madeBy }, by) {
    const at = clock.now();
    const [id, expiresAt] = [uuidv7(at.getTime()), new Date(at.getTime() + LINK_MS)];
    const detail = { link: id, role, reason, ...(by ? {} : { osUser: madeBy }) };
    await database.$transaction([
      database.loginLink.deleteMany({ where: { expiresAt: { lt: at } } }),
      database.loginLink.create({
        data: { id, secretHash: new Uint8Array(secretHash), role, madeBy, expiresAt },
      }),
      database.history.create({ data: eventOf("link.created", { actor: "cli", ...by, detail }) }),
    ]);
    return { id, expiresAt };
  },
});

interface Row extends Omit<SessionRecord, "tokenId" | "authenticatedAt" | "checkedAt" | "sealedRefresh"> {
  readonly tokenId: string | null;
  readonly authenticatedAt: Date | null;
  readonly checkedAt: Date | null;
  readonly sealedRefresh: Uint8Array | null;
}

const recordOf = ({
  id,
  actor,
  sourceId,
  roles,
  name,
  scopes,
  openedAt,
  usedAt,
  expiresAt,
  ...more
}: Row): SessionRecord => ({
  ...{ id, actor, sourceId, roles, name, scopes, openedAt, usedAt, expiresAt },
  ...(more.tokenId === null ? {} : { tokenId: more.tokenId }),
  ...(more.authenticatedAt === null ? {} : { authenticatedAt: more.authenticatedAt }),
  ...(more.checkedAt === null ? {} : { checkedAt: more.checkedAt }),
  ...(more.sealedRefresh === null ? {} : { sealedRefresh: more.sealedRefresh }),
});

/** The signal belongs to the installation and not to a target, so `target` is empty. */
const linkUsed = (actor: string, at: Date) => ({
  target: "",
  code: "oneTimeLinkUsed",
  key: actor,
  count: 1,
  firstAt: at,
  lastAt: at,
});

const operator = (actor: string, name: string, seenAt: Date) => ({
  where: { actor },
  create: { actor, name, seenAt },
  update: { name, seenAt },
});
