import { Client } from "pg";
import { columnsOf, TABLES } from "../../../src/privacy/columns.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const HOW = "decide what it is in src/privacy/columns.ts, then write the data map with GOLDEN=write";

test("every column of every table is public, personal or secret, and none is that is not there", async () => {
  const { rows } = await client.query<{ column: string }>(`
    select c.relname || '.' || a.attname as column
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> '_prisma_migrations'`);
  const classified = Object.entries(TABLES).flatMap(([table, of]) =>
    columnsOf(of).map(([name]) => `${table}.${name}`),
  );
  expect([HOW, ...rows.map(({ column }) => column).sort()]).toEqual([HOW, ...classified.sort()]);
});
