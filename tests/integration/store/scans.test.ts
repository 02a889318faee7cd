import { Unavailable } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { createScans } from "../../../src/store/postgres/scans.ts";
import { run } from "../../../src/store/postgres/statement.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { createManualClock } from "../../unit/simulator/manual-clock.ts";

/* A gate in the database stands for a scan: it ends when the test unlocks it. */

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 6, logger: silentLogger });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const text = (sql: string) => ({ name: "", text: sql });
const behindGate = text("select pg_advisory_xact_lock_shared($1)::text as gate");

async function gate(number: number) {
  const client = await pool.connect();
  await client.query("select pg_advisory_lock($1)", [number]);
  const waiting = async () =>
    (
      await client.query(
        "select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
        [number],
      )
    ).rows[0].n as number;
  return {
    waiting,
    async until(count: number) {
      while ((await waiting()) !== count);
    },
    async open() {
      await client.query("select pg_advisory_unlock($1)", [number]);
      client.release();
    },
  };
}

test("one owner has one scan at a time, in order; others have theirs, and what is no scan waits for none", async () => {
  const closed = await gate(1);
  const ended: string[] = [];
  const scan = (owner: string, name: string) =>
    pool.scans.run(owner, behindGate, [1]).then(() => ended.push(name));
  const all = [scan("a", "a1"), scan("a", "a2"), scan("a", "a3"), scan("b", "b1")];
  await closed.until(2);
  await run(pool, text("select 1"), []);
  await closed.open();
  await Promise.all(all);
  expect(ended.filter((name) => name.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
});

test("a scan that fails makes room for the next", async () => {
  await expect(pool.scans.run("a", text("select 1 / 0"), [])).rejects.toThrow();
  expect(await pool.scans.run("a", text("select 1 as one"), [])).toEqual([{ one: 1 }]);
});

test("whoever waits too long is told to come back, and the line goes on", async () => {
  const closed = await gate(2);
  const clock = createManualClock();
  const scans = createScans(pool, clock);
  const first = scans.run("a", behindGate, [2]);
  await closed.until(1);
  const second = scans.run("a", behindGate, [2]);
  const refused = expect(second).rejects.toMatchObject({
    code: "UNAVAILABLE",
    retry: { kind: "after", ms: 5_000 },
  });
  await clock.advance(3_000);
  await refused;
  const third = scans.run("a", text("select 3 as three"), []);
  await closed.open();
  await first;
  expect(await third).toEqual([{ three: 3 }]);
});

test("a scan ends after five seconds, with an answer that asks to try again", async () => {
  const started = performance.now();
  await expect(pool.scans.run("a", text("select pg_sleep(30)"), [])).rejects.toBeInstanceOf(Unavailable);
  expect(performance.now() - started).toBeLessThan(9_000);
});

test("sessions for scans take one processor", async () => {
  const [row] = await pool.scans.run<{ workers: string }>(
    "a",
    text("select current_setting('max_parallel_workers_per_gather') as workers"),
    [],
  );
  expect(row!.workers).toBe("0");
});
