import type { Clock } from "../../core/clock.ts";
import type { AssertionLedger } from "../../http/ports.ts";
import type { Database } from "./prisma.ts";

/** Shared by all processes through the primary key. What has ended is cleared by the next one that comes: there are a few an hour. */
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
