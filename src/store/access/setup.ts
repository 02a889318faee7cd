import type { Clock } from "../../core/clock.ts";
import { FIRST_TOKEN } from "./bootstrap.ts";
import type { Database } from "./prisma.ts";

/** The steps of the set-up that are done. */
export interface Setup {
  /** There is a token with the scope `provision`, other than the first one, or a trust with this scope. */
  readonly token: boolean;
  readonly person: boolean;
  readonly group: boolean;
}

export function createSetup(database: Database, clock: Pick<Clock, "now">): () => Promise<Setup> {
  return async () => {
    const provisions = { scopes: { has: "provision" } };
    const [token, trust, person, group] = await Promise.all([
      database.token.findFirst({
        where: {
          ...provisions,
          id: { not: FIRST_TOKEN },
          revokedAt: null,
          OR: [{ expiresAt: null }, { expiresAt: { gt: clock.now() } }],
        },
        select: { id: true },
      }),
      database.trust.findFirst({ where: { ...provisions, removedAt: null }, select: { id: true } }),
      database.user.findFirst({ select: { id: true } }),
      database.group.findFirst({ select: { id: true } }),
    ]);
    return { token: (token ?? trust) !== null, person: person !== null, group: group !== null };
  };
}
