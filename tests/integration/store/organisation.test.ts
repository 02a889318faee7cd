import type pg from "pg";
import { silentLogger } from "../../../src/core/logger.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { pinOrganisation } from "../../../src/store/target/organisation.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 8, logger: silentLogger });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

test("the first organisation stays, whoever asks later", async () => {
  expect(await pinOrganisation(pool, "dingtalk", "ding-one")).toBe("ding-one");
  expect(await pinOrganisation(pool, "dingtalk", "ding-two")).toBe("ding-one");
  expect(await pinOrganisation(pool, "dingtalk", "ding-one")).toBe("ding-one");
});

test("each target has its own", async () => {
  expect(await pinOrganisation(pool, "dingtalk", "ding-one")).toBe("ding-one");
  expect(await pinOrganisation(pool, "other", "other-one")).toBe("other-one");
});

test("of processes that start at the same time one decides for all", async () => {
  const names = Array.from({ length: 8 }, (_, n) => `ding-${n}`);
  const pinned = await Promise.all(names.map((name) => pinOrganisation(pool, "dingtalk", name)));
  expect(new Set(pinned).size).toBe(1);
  expect(names).toContain(pinned[0]);
});
