import { silentLogger } from "../../../src/core/logger.ts";
import { createPrisma } from "../../../src/store/access/prisma.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { run } from "../../../src/store/postgres/statement.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

/*
 * Two that lock each other out, each with a single statement: one of them is told to go, and tries again by
 * itself.
 */

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 6, logger: silentLogger });
  await pool.query("create table seats (name text primary key, taken int not null)");
  // Goes on when the other one holds its first row as well, or after a while.
  await pool.query(`create function crosswise(one text, other text) returns int language plpgsql as $$ begin
    update seats set taken = taken + 1 where name = one;
    perform pg_sleep(0.2);
    update seats set taken = taken + 1 where name = other;
    return 1; end $$`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query("truncate seats");
  await pool.query("insert into seats values ('left', 0), ('right', 0)");
});

const taken = async () =>
  (await pool.query("select name, taken from seats order by name")).rows.map(({ taken }) => taken);

test.each<[string, (one: string, other: string) => Promise<unknown>]>([
  [
    "a prepared one",
    (one, other) => run(pool, { name: "crosswise", text: "select crosswise($1, $2)" }, [one, other]),
  ],
  [
    "one of the loop's",
    (one, other) => run(pool.byKey, { name: "crosswise", text: "select crosswise($1, $2)" }, [one, other]),
  ],
  [
    "one of the client's for what is not hot",
    (one, other) => createPrisma(pool).$queryRawUnsafe("select crosswise($1, $2)", one, other),
  ],
])("%s: both are done in the end, each once", async (_name, cross) => {
  await Promise.all([cross("left", "right"), cross("right", "left")]);
  expect(await taken()).toEqual([2, 2]);
});
