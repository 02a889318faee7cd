import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { silentLogger } from "../../../src/core/logger.ts";
import { migrate, migrateQueue } from "../../../src/database/migrate.ts";
import { createEmptyDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";

const first = "create table first (n int); insert into first values (1);";
const second = "alter table first add column m int default 2;";

let database: TestDatabase;
let client: Client;
const folders: string[] = [];

beforeEach(async () => {
  database = await createEmptyDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await database.drop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder in the layout of prisma/migrations: name → SQL. */
function folderOf(migrations: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  folders.push(folder);
  writeFileSync(join(folder, "migration_lock.toml"), 'provider = "postgresql"\n');
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "migration.sql"), sql);
  }
  return folder;
}

const apply = (migrations: Readonly<Record<string, string>>, logger = silentLogger) =>
  migrate({ connectionString: database.url, directory: folderOf(migrations), logger });

const rows = async (sql: string) => (await client.query(sql)).rows;
const applied = async () =>
  (await rows("select migration_name from _prisma_migrations order by started_at")).map(
    (row) => row.migration_name,
  );
const lockHolder = "select pg_advisory_lock(72707369)";

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

test("migrations are applied in the order of their names, and only those that are new", async () => {
  await expect(apply({ "2_second": second, "1_first": first })).resolves.toEqual(["1_first", "2_second"]);
  await expect(apply({ "1_first": first, "2_second": second })).resolves.toEqual([]);
  await expect(
    apply({ "1_first": first, "2_second": second, "3_third": "drop table first" }),
  ).resolves.toEqual(["3_third"]);
  expect(await applied()).toEqual(["1_first", "2_second", "3_third"]);
});

test("a new database is one line of the log, and an upgrade is a line for each migration", async () => {
  const lines: unknown[] = [];
  const logger = {
    ...silentLogger,
    info: (fields: object, message: string) => void lines.push({ ...fields, message }),
  };
  await apply({ "1_first": first, "2_second": second }, logger);
  expect(lines).toEqual([{ migrations: 2, message: "the tables of a new database were created" }]);
  await apply({ "1_first": first, "2_second": second, "3_third": "drop table first" }, logger);
  expect(lines.slice(1)).toEqual([{ migration: "3_third", message: "migration applied" }]);
});

test("the ledger is written as prisma migrate writes it", async () => {
  await apply({ "1_first": first });
  expect(await rows("select * from _prisma_migrations")).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash("sha256").update(first).digest("hex"),
      migration_name: "1_first",
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    },
  ]);
});

test("a migration that fails leaves nothing of itself, keeps those before it, and is tried again", async () => {
  const broken = { "1_first": first, "2_broken": "create table half (); select 1 / 0;" };
  await expect(apply(broken)).rejects.toMatchObject({
    code: "CANNOT_START",
    message: "migration 2_broken failed: division by zero",
  });
  expect(await rows("select to_regclass('half') as half, to_regclass('first') as first")).toEqual([
    { half: null, first: "first" },
  ]);
  expect(await applied()).toEqual(["1_first"]);
  await expect(apply({ ...broken, "2_broken": "create table whole ()" })).resolves.toEqual(["2_broken"]);
});

describe("nothing is changed, and the reason is named, when", () => {
  beforeEach(() => apply({ "1_first": first, "2_second": second }));

  test.each([
    [
      "an applied migration was edited",
      { "1_first": `${first} `, "2_second": second },
      "migration 1_first was changed after it was applied",
    ],
    [
      "the database is newer than the build",
      { "1_first": first },
      "this build does not know it: the database is newer",
    ],
  ])("%s", async (_name, migrations, reason) => {
    const refused = apply({ ...migrations, "3_third": "create table third ()" });
    await expect(refused).rejects.toMatchObject({
      code: "CANNOT_START",
      message: expect.stringContaining(reason),
    });
    expect(await applied()).toEqual(["1_first", "2_second"]);
  });

  test("a migration was begun and never finished", async () => {
    await client.query("update _prisma_migrations set finished_at = null where migration_name = '2_second'");
    const refused = apply({ "1_first": first, "2_second": second, "3_third": "create table third ()" });
    await expect(refused).rejects.toThrow("migration 2_second was begun and did not finish");
  });

  test("a migration holds a commit of its own: it is refused from then on as half applied", async () => {
    const migrations = {
      "1_first": first,
      "2_second": second,
      "3_commits": "create table third (); commit;",
    };
    await expect(apply(migrations)).rejects.toThrow(
      "migration 3_commits failed: it contains a commit or rollback",
    );
    await expect(apply(migrations)).rejects.toThrow("migration 3_commits was begun and did not finish");
  });
});

test("a migration that prisma migrate resolve marked as rolled back is applied again", async () => {
  await apply({ "1_first": first });
  await client.query("update _prisma_migrations set rolled_back_at = now(); drop table first");
  await expect(apply({ "1_first": first })).resolves.toEqual(["1_first"]);
});

test("many at once on an empty database apply each migration once", async () => {
  const all = { "1_first": first, "2_second": second, "3_slow": "select pg_sleep(0.05)" };
  const results = await Promise.all(Array.from({ length: 5 }, () => apply(all)));
  expect(results.flat().sort()).toEqual(Object.keys(all));
  expect(await rows("select n, m from first")).toEqual([{ n: 1, m: 2 }]);
});

test("a lock held by another process is waited for, longer than the time limit of the role", async () => {
  await client.query(
    `${lockHolder}; alter role postgres in database ${new URL(database.url).pathname.slice(1)} set lock_timeout = 1`,
  );
  let done = false;
  const told: string[] = [];
  const logger = { ...silentLogger, info: (_fields: object, message: string) => void told.push(message) };
  const migrating = apply({ "1_first": first }, logger).finally(() => {
    done = true;
  });
  await waitFor(async () => {
    await rows("select");
    return told.length > 0;
  });
  await client.query("select pg_sleep(0.05)");
  expect([done, told]).toEqual([false, ["another process is migrating the database; waiting for it"]]);
  await client.query("select pg_advisory_unlock_all()");
  await expect(migrating).resolves.toEqual(["1_first"]);
});

test("a table that somebody reads for long is waited for without keeping others waiting", async () => {
  await apply({ "1_first": first });
  await client.query("begin; select from first");
  const migrating = apply({ "1_first": first, "2_second": second });
  const other = new Client({ connectionString: database.url });
  await other.connect();
  // Beside the reader's, and behind the migration while it waits.
  await waitFor(
    async () =>
      (await rows("select from pg_locks where relation = 'first'::regclass and not granted")).length > 0,
  );
  await other.query("set statement_timeout = 2000");
  for (let times = 0; times < 3; times++) await other.query("update first set n = n + 1");
  await other.end();
  await client.query("commit");
  await expect(migrating).resolves.toEqual(["2_second"]);
  expect(await rows("select n, m from first")).toEqual([{ n: 4, m: 2 }]);
});

describe("an index that is built beside writers", () => {
  const indexed =
    "-- Beside writers.\ndrop index concurrently if exists first_n;\ncreate unique index concurrently first_n on first (n);\n";
  const isValid = "select indisvalid as valid from pg_index where indexrelid = to_regclass('first_n')";

  test("is there once, however many processes start", async () => {
    const results = await Promise.all(
      Array.from({ length: 4 }, () => apply({ "1_first": first, "2_indexed": indexed })),
    );
    expect(results.flat().sort()).toEqual(["1_first", "2_indexed"]);
    expect(await rows(isValid)).toEqual([{ valid: true }]);
  });

  test("is built anew where a build has failed", async () => {
    await apply({ "1_first": first });
    await client.query("insert into first values (1)");
    await expect(apply({ "1_first": first, "2_indexed": indexed })).rejects.toThrow(
      "migration 2_indexed failed: could not create unique index",
    );
    expect(await rows(isValid)).toEqual([{ valid: false }]);
    await client.query("update first set n = 2 where ctid = (select max(ctid) from first)");
    await expect(apply({ "1_first": first, "2_indexed": indexed })).resolves.toEqual(["2_indexed"]);
    expect(await rows(isValid)).toEqual([{ valid: true }]);
  });
});

test("a killed migrator leaves neither the lock nor half a migration", async () => {
  const killed = apply({ "1_slow": "create table slow (); select pg_sleep(60)" });
  const backend =
    "from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)' and pid <> pg_backend_pid()";
  const outcome = expect(killed).rejects.toBeInstanceOf(Error);
  await waitFor(async () => (await rows(`select ${backend}`)).length > 0);
  await client.query(`select pg_terminate_backend(pid) ${backend}`);
  await outcome;
  await expect(apply({ "1_slow": "create table slow ()" })).resolves.toEqual(["1_slow"]);
});

test("the queue's schema is made once by many at once, and a second time changes nothing", async () => {
  const options = { connectionString: database.url, logger: silentLogger };
  await Promise.all([migrateQueue(options), migrateQueue(options), migrateQueue(options)]);
  await migrateQueue(options);
  const [{ versions, newest }] = await rows(
    "select count(*)::int as versions, max(id) as newest from graphile_worker.migrations",
  );
  expect(versions).toBe(newest);
});
