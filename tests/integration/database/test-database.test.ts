import { Client } from "pg";
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from "../../support/postgres/test-database.ts";

async function ask(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

test("a test database has the product's migrations and the queue's schema", async () => {
  const database = await createTestDatabase();
  try {
    expect(
      await ask(database, "select count(*) > 0 from _prisma_migrations where finished_at is not null"),
    ).toEqual([true]);
    expect(
      await ask(
        database,
        "select to_regprocedure('graphile_worker.force_unlock_workers(text[])') is not null",
      ),
    ).toEqual([true]);
  } finally {
    await database.drop();
  }
});

test("test databases do not see each other", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  try {
    await ask(one, "create table mine ()");
    expect(await ask(other, "select to_regclass('mine')")).toEqual([null]);
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
});

test("an empty database has no tables, and is gone after drop even with a connection open", async () => {
  const database = await createEmptyDatabase();
  const client = new Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  expect(
    (await client.query("select from pg_class where relnamespace = 'public'::regnamespace")).rowCount,
  ).toBe(0);
  await database.drop();
  await expect(ask(database, "select 1")).rejects.toMatchObject({ code: "3D000" });
});
