import { systemClock } from "../../../src/core/clock.ts";
import { Unavailable } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPrisma, type Database } from "../../../src/store/access/prisma.ts";
import { createSources } from "../../../src/store/access/sources.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { inTransaction, run } from "../../../src/store/postgres/statement.ts";
import { openProxy, type TcpProxy } from "../../support/network/proxy.ts";
import { createTestDatabase, runOn, type TestDatabase } from "../../support/postgres/test-database.ts";

/*
 * A database that goes away, freezes or changes sides: every statement ends soon in our own words, and the
 * next one finds it again.
 */

let database: TestDatabase;
let proxy: TcpProxy;
let pool: Pool;
let prisma: Database;

beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await openProxy(database.url);
  pool = createPool({ url: proxy.through(database.url), max: 3, logger: silentLogger });
  prisma = createPrisma(pool);
});
afterEach(async () => {
  await pool.end();
  await proxy.close();
  await database.drop();
});

const ONE = { name: "one", text: "select 1 as one" };

const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["a statement", () => run(pool, ONE, [])],
  ["a look-up", () => run(pool.byKey, ONE, [])],
  ["a transaction", () => inTransaction(pool, (client) => run(client, ONE, []))],
  ["the client for what is not hot", () => prisma.source.findMany()],
  [
    "a transaction of that client",
    () =>
      createSources(prisma, systemClock).create("test", {
        name: `s${systemClock.monotonicMs()}`,
        kind: "other",
      }),
  ],
  [
    "a transaction of that client, step by step",
    () => prisma.$transaction(async (tx) => tx.source.findMany()),
  ],
];

const TROUBLES: readonly (readonly [string, () => Promise<void>])[] = [
  ["frozen with connections open", async () => proxy.freeze()],
  ["cut off and refused", async () => proxy.cut()],
  [
    "its sessions ended by an administrator",
    () =>
      runOn(
        database.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      ),
  ],
  [
    "read-only, as a primary that was replaced",
    async () => {
      proxy.cut();
      await runOn(
        database.url,
        `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
      );
      proxy.mend();
    },
  ],
];

async function outcomeOf(
  work: () => Promise<unknown>,
): Promise<{ readonly error: unknown; readonly ms: number }> {
  const beganMs = performance.now();
  const error = await work().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { error, ms: performance.now() - beganMs };
}

describe.each(TROUBLES)("%s", (_trouble, begin) => {
  test("whatever is asked ends within five seconds, as unavailable or well, and works again afterwards", async () => {
    for (const [, work] of WAYS) await work();
    await begin();
    const outcomes = await Promise.all(WAYS.map(([, work]) => outcomeOf(work)));
    for (const { error, ms } of outcomes) {
      if (error !== undefined) expect(error).toBeInstanceOf(Unavailable);
      expect(ms).toBeLessThan(5_000);
    }
    proxy.mend();
    await runOn(
      database.url,
      `begin read write; do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$; commit`,
    );
    for (const [, work] of WAYS) {
      let last: unknown;
      for (let tries = 0; tries < 30; tries++) {
        ({ error: last } = await outcomeOf(work));
        if (last === undefined) break;
        await systemClock.sleep(20);
      }
      expect(last).toBeUndefined();
    }
  });
});
