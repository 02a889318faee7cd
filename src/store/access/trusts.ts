import type { Clock } from "../../core/clock.ts";
import { uuidv7 } from "../../core/id.ts";
import { isScope } from "../../http/auth/scopes.ts";
import type { TrustLookup, TrustRecord } from "../../http/ports.ts";
import { type Database, historyRow } from "./prisma.ts";

/** A trust to be added: the issuer whose assertions are accepted, and the scopes that they give. */
export interface NewTrust extends Omit<TrustRecord, "id" | "lastUsedAt" | "removedAt"> {
  /** A name for operators. */
  readonly name: string;
}

export interface Trust extends TrustRecord {
  readonly name: string;
  readonly sourceName: string;
  readonly createdAt: Date;
}

export interface Trusts extends TrustLookup {
  /**
   * Adds a trust and returns its id, which is the client id. The caller must have checked all values. `actor`
   * has the form of the history.
   */
  add(actor: string, trust: NewTrust): Promise<string>;
  /** All trusts, newest first, including removed ones, because the history names them. */
  list(): Promise<readonly Trust[]>;
  /** False: there is no such trust. A removed trust is not changed. `id` must be a UUID. */
  remove(actor: string, id: string): Promise<boolean>;
}

const TOUCH_MS = 60_000;

export function createTrusts(database: Database, clock: Clock): Trusts {
  return {
    async add(actor, { audiences, scopes, ...trust }) {
      const at = clock.now();
      const row = {
        ...trust,
        id: uuidv7(at.getTime()),
        audiences: [...audiences],
        scopes: [...scopes],
        createdAt: at,
      };
      const event = eventOf("trust.created", { actor, at, trust: row });
      await database.$transaction([
        database.trust.create({ data: row }),
        database.history.create({ data: event }),
      ]);
      return row.id;
    },

    async list() {
      const rows = await database.trust.findMany({
        include: { source: { select: { name: true } } },
        orderBy: { createdAt: "desc" },
      });
      return rows.map((row) => ({
        ...recordOf(row),
        name: row.name,
        sourceName: row.source.name,
        createdAt: row.createdAt,
      }));
    },

    async remove(actor, id) {
      const at = clock.now();
      const row = await database.trust.findUnique({ where: { id } });
      if (!row) return false;
      await database.$transaction(async (transaction) => {
        const { count } = await transaction.trust.updateMany({
          where: { id, removedAt: null },
          data: { removedAt: at },
        });
        if (count > 0)
          await transaction.history.create({ data: eventOf("trust.removed", { actor, at, trust: row }) });
      });
      return true;
    },

    async find(id) {
      const row = await database.trust.findUnique({ where: { id } });
      return row ? recordOf(row) : undefined;
    },

    async touch(id) {
      const now = clock.now();
      const before = new Date(now.getTime() - TOUCH_MS);
      await database.trust.updateMany({
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
        data: { lastUsedAt: now },
      });
    },
  };
}

interface Row extends Omit<TrustRecord, "scopes" | "lastUsedAt" | "removedAt"> {
  readonly scopes: readonly string[];
}

interface AuditDetails {
  readonly actor: string;
  readonly at: Date;
  readonly trust: Row;
}

/**
 * An event with all values of the trust, so that an auditor does not need the row. The values identify a
 * workload and not a person.
 */
function eventOf(code: "trust.created" | "trust.removed", { actor, at, trust }: AuditDetails) {
  const { id: trustId, sourceId, issuer, subject, audiences, tenantId, jwksUrl, scopes } = trust;
  const detail = { trustId, issuer, subject, audiences, tenantId, jwksUrl, scopes };
  return historyRow({ id: uuidv7(at.getTime()), at, code, actor, sourceId, causes: [], detail });
}

function recordOf(
  row: Row & { readonly lastUsedAt: Date | null; readonly removedAt: Date | null },
): TrustRecord {
  const { id, sourceId, issuer, subject, audiences, tenantId, jwksUrl, scopes, lastUsedAt, removedAt } = row;
  return {
    ...{ id, sourceId, issuer, subject, audiences, tenantId, jwksUrl },
    // A scope that only a later version knows has no effect here.
    scopes: scopes.filter(isScope),
    ...(lastUsedAt ? { lastUsedAt } : {}),
    ...(removedAt ? { removedAt } : {}),
  };
}
