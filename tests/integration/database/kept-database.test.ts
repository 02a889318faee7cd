import { keepDatabase, takeDatabase } from "../../support/postgres/kept-database.ts";
import { SEEDS_VARIABLE } from "../../support/postgres/test-database.ts";

keepDatabase();

test("what one test wrote the next does not find, on the same connections", async () => {
  const seeds = JSON.parse(process.env[SEEDS_VARIABLE]!) as Readonly<Record<string, readonly object[]>>;
  const first = await takeDatabase();
  const pool = first.pool();
  const session = async () => (await pool.query("select pg_backend_pid() as pid")).rows[0].pid;
  const pid = await session();
  await pool.query("insert into sources (id, name) values (gen_random_uuid(), 'somebody')");
  for (const [table, rows] of Object.entries(seeds))
    if (rows.length > 0) await pool.query(`delete from ${table}`);
  await first.giveBack();

  const second = await takeDatabase();
  expect([second.url, second.pool() === pool, await session()]).toEqual([first.url, true, pid]);
  expect(Object.keys(seeds).length).toBeGreaterThan(30);
  for (const [table, rows] of Object.entries(seeds)) {
    const found = (await pool.query(`select to_json(t) as row from ${table} t`)).rows.map(({ row }) =>
      JSON.parse(row),
    );
    expect([table, found]).toEqual([table, rows]);
  }
  expect((await pool.query("show session_replication_role")).rows).toEqual([
    { session_replication_role: "origin" },
  ]);
  await second.giveBack();
});

test("who takes a second one at the same time gets another", async () => {
  const [one, other] = [await takeDatabase(), await takeDatabase()];
  expect(other.url).not.toBe(one.url);
  await one.giveBack();
  other.pool();
  await other.giveBack();
  await expect(other.pool().query("select 1")).rejects.toThrow();
});
