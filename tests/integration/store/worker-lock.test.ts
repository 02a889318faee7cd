import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createReconcileStore } from "../../../src/store/create.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { openProxy } from "../../support/network/proxy.ts";
import { createTestDatabase } from "../../support/postgres/test-database.ts";
import { testVault } from "../../support/vault.ts";

test("a worker whose connection was lost with the network lives again, while the server still keeps the old session", async () => {
  const database = await createTestDatabase();
  const proxy = await openProxy(database.url);
  const pool = createPool({ url: proxy.through(database.url), max: 4, logger: silentLogger });
  const store = createReconcileStore(pool, "dingtalk", { vault: testVault });
  const holders = async () => {
    const { rows } = await pool.query(
      "select count(*)::int as n from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())",
    );
    return rows[0].n;
  };
  try {
    await store.keepAlive([]);
    proxy.freeze();
    await expect(store.keepAlive([])).rejects.toThrow("does not answer");
    proxy.mend();
    const deadline = systemClock.monotonicMs() + 5_000;
    let alive = false;
    while (!alive && systemClock.monotonicMs() < deadline) {
      alive = await store.keepAlive([]).then(
        () => true,
        () => false,
      );
    }
    expect(alive).toBe(true);
    // The old session has not gone: that is what this is about.
    expect(await holders()).toBe(2);
  } finally {
    await store.close();
    await pool.end();
    await proxy.close();
    await database.drop();
  }
});
