import type { Clock } from "../../core/clock.ts";
import type { AssertionLedger } from "../../http/ports.ts";
import type { Database } from "./prisma.ts";

/**
 * The assertions that were used, for all processes: the primary key prevents a second use. Each call removes
 * expired rows. There are a few calls an hour.
 */
export function createAssertionLedger(database: Database, clock: Clock): AssertionLedger {
  return {
    async consume(digest, expiresAt) {
      await database.usedAssertion.deleteMany({ where: { expiresAt: { lt: clock.now() } } });
      const { count } = await database.usedAssertion.createMany({
        data: [{ digest: new Uint8Array(digest), expiresAt }],
        skipDuplicates: true,
      });
      return count === 1;
    },
  };
}
