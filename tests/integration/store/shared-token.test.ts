import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createSharedToken } from "../../../src/store/target/shared-token.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

/* The access token of all processes: one fetches, the others wait for it, and nothing is held meanwhile. */

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4, logger: silentLogger });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const process = () => createSharedToken(pool, "dingtalk", systemClock);
const HOUR_MS = 3_600_000;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(5);
}

/** A fetch that ends when the test says so. */
function fetching(value: string) {
  let calls = 0;
  let end = (_error?: Error) => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  ended.catch(() => undefined);
  const fetch = async () => {
    calls += 1;
    await ended;
    return { value, lifetimeMs: HOUR_MS };
  };
  return { fetch, end, calls: () => calls };
}

test("of several processes one fetches and all get what it got", async () => {
  const { fetch, end, calls } = fetching("one");
  const got = Promise.all([process(), process(), process()].map((token) => token.get(fetch)));
  await until(() => calls() === 1);
  end();
  expect(await got).toEqual(["one", "one", "one"]);
  expect(calls()).toBe(1);
});

test("while one is fetched no transaction is open and no connection is kept", async () => {
  const { fetch, end, calls } = fetching("one");
  const got = process().get(fetch);
  await until(() => calls() === 1);
  expect(pool.idleCount).toBe(pool.totalCount);
  const { rows } = await pool.query(
    "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
  );
  expect(rows).toEqual([]);
  end();
  await got;
});

test("one that fails leaves the turn to the next, who fetches for itself", async () => {
  const failing = fetching("never");
  const good = fetching("two");
  good.end();
  const first = process().get(failing.fetch);
  await until(() => failing.calls() === 1);
  const second = process().get(good.fetch);
  failing.end(new Error("refused"));
  await expect(first).rejects.toThrow("refused");
  expect(await second).toBe("two");
});

test("one that is gone in the middle keeps the others only until its turn has ended", async () => {
  const hanging = fetching("never");
  const gone = process().get(hanging.fetch);
  await until(() => hanging.calls() === 1);
  const good = fetching("three");
  good.end();
  const next = process().get(good.fetch);
  await pool.query(
    "update shared_tokens set expires_at = now() - interval '1 s' where name = 'dingtalk:turn'",
  );
  expect(await next).toBe("three");
  hanging.end();
  await gone;
});

test("a rejected one is fetched anew, once", async () => {
  const first = fetching("old");
  first.end();
  const [one, other] = [process(), process()];
  expect(await one.get(first.fetch)).toBe("old");
  expect(await other.get(first.fetch)).toBe("old");
  const second = fetching("new");
  const got = Promise.all([one.get(second.fetch, "old"), other.get(second.fetch, "old")]);
  await until(() => second.calls() === 1);
  second.end();
  expect(await got).toEqual(["new", "new"]);
  expect([first.calls(), second.calls()]).toEqual([1, 1]);
});
