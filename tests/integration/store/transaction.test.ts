import type pg from "pg";
import { Unavailable } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { inTransaction, run } from "../../../src/store/postgres/statement.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4, logger: silentLogger });
  await pool.query("create table seats (name text primary key, taken int not null)");
  await pool.query("insert into seats values ('left', 0), ('right', 0)");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const take = (client: pg.PoolClient, name: string) =>
  run(client, { name: "take", text: "update seats set taken = taken + 1 where name = $1" }, [name]);

test("two transactions that lock each other out are both done in the end", async () => {
  let arrived = 0;
  let open = () => {};
  const bothHoldOne = new Promise<void>((resolve) => {
    open = resolve;
  });
  const crosswise = (first: string, second: string) => {
    let tries = 0;
    return inTransaction(pool, async (client) => {
      tries += 1;
      await take(client, first);
      arrived += 1;
      if (arrived === 2) open();
      await bothHoldOne;
      await take(client, second);
      return tries;
    });
  };
  const tries = await Promise.all([crosswise("left", "right"), crosswise("right", "left")]);
  // PostgreSQL chooses a victim, and on a slow machine it may choose both.
  expect(Math.max(...tries)).toBeGreaterThan(1);
  expect((await pool.query("select name, taken from seats order by name")).rows).toEqual([
    { name: "left", taken: 2 },
    { name: "right", taken: 2 },
  ]);
});

test("one that fails every time is given up after three tries, and changes nothing", async () => {
  let tries = 0;
  const attempt = inTransaction(pool, async (client) => {
    tries += 1;
    await take(client, "left");
    await run(
      client,
      {
        name: "",
        text: "do $$ begin raise exception 'again' using errcode = 'serialization_failure'; end $$",
      },
      [],
    );
  });
  await expect(attempt).rejects.toBeInstanceOf(Unavailable);
  expect(tries).toBe(3);
  expect((await pool.query("select taken from seats where name = 'left'")).rows).toEqual([{ taken: 2 }]);
});

test("an error of our own is not repeated", async () => {
  let tries = 0;
  const attempt = inTransaction(pool, async () => {
    tries += 1;
    throw new Error("ours");
  });
  await expect(attempt).rejects.toThrow("ours");
  expect(tries).toBe(1);
});

test("one that stands still, as in a frozen process, keeps its rows from the others for ten seconds at most", async () => {
  const bound = "idle_in_transaction_session_timeout";
  expect((await pool.query(`show ${bound}`)).rows).toEqual([{ [bound]: "10s" }]);
  let stands = () => {};
  const standsStill = new Promise<void>((resolve) => {
    stands = resolve;
  });
  let goOn = () => {};
  const frozen = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const late = inTransaction(pool, async (client) => {
    await client.query(`set local ${bound} = 200`);
    await take(client, "left");
    stands();
    await frozen;
    await take(client, "right");
  });
  await standsStill;
  const before = (await pool.query("select taken from seats where name = 'left'")).rows[0].taken;
  // Waits for the row, and is not told that the database is busy.
  await inTransaction(pool, (client) => take(client, "left"));
  goOn();
  await expect(late).rejects.toBeInstanceOf(Unavailable);
  expect((await pool.query("select taken from seats where name = 'left'")).rows[0].taken).toBe(before + 1);
});
