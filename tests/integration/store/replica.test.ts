import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { uuidv7 } from "../../../src/core/id.ts";
import { type Logger, silentLogger } from "../../../src/core/logger.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../src/database/embedded/embedded.ts";
import { migrate, migrateQueue } from "../../../src/database/migrate.ts";
import type { EventLog } from "../../../src/history/event-log.ts";
import { createEventLog } from "../../../src/store/history/event-log.ts";
import { createPool, type Pool } from "../../../src/store/postgres/pool.ts";
import { type Replica, readingFrom, watchReplica } from "../../../src/store/replica.ts";
import { removeLeftover } from "../../support/postgres/leftovers.cjs";
import { startReplica } from "../../support/postgres/streaming-replica.ts";
import { createEmptyDatabase, createTestDatabase } from "../../support/postgres/test-database.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";
import { testVault } from "../../support/vault.ts";

/* A real primary with a real streaming replica. */

const MAX_LAG_MS = 1_500;
const root = join(__dirname, "..", "..", "..");

let folder: string;
let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres;
let pool: Pool;
let replica: Replica | undefined;
let warnings: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(temporaryRoot(), "replica-"));
  primary = await startEmbeddedPostgres({
    dataDir: join(folder, "primary"),
    logger: silentLogger,
    settings: { fsync: "off" },
  });
  await migrateQueue({ connectionString: primary.url, logger: silentLogger });
  await migrate({
    connectionString: primary.url,
    directory: join(root, "prisma", "migrations"),
    logger: silentLogger,
  });
  pool = createPool({ url: primary.url, max: 5, logger: silentLogger });
  await pool.query("insert into sources (id, name) values (gen_random_uuid(), 'default')");
  standby = await startReplica(primary, join(folder, "primary"), join(folder, "standby"));
});
afterAll(async () => {
  await pool.end();
  await standby.stop();
  await primary.stop();
  await removeLeftover(folder);
});
afterEach(() => replica?.stop());

function watch(url: string): { readonly replica: Replica; readonly log: EventLog } {
  warnings = [];
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };
  replica = watchReplica({
    primary: pool,
    pool: createPool({ url, max: 2, logger: silentLogger }),
    clock: systemClock,
    logger,
    everyMs: 50,
    maxLagMs: MAX_LAG_MS,
  });
  return { replica, log: readingFrom(replica, pool, (from) => createEventLog(from, testVault)) };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}

async function write(): Promise<string> {
  const id = uuidv7(Date.now());
  await pool.query("insert into history (id, at, code, actor) values ($1, now(), 'operator.retry', 'cli')", [
    id,
  ]);
  return id;
}

const newest = async (log: EventLog) => (await log.list({ count: 1 })).events[0]?.id;

async function onStandby(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: standby.url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

test("the history is read from the replica; one that falls behind is left until it has caught up", async () => {
  const { replica, log } = watch(standby.url);
  await until(() => replica.state().state === "used");
  const first = await write();
  await until(async () => (await newest(log)) === first);
  await onStandby("select pg_wal_replay_pause()");
  const second = await write();
  // It stands still, and is used for as long as it is not far behind.
  if (replica.state().state === "used") expect(await newest(log)).toBe(first);
  expect((await log.story(second))?.event.id).toBe(second);
  await until(() => replica.state().state === "behind");
  expect(replica.state().lagMs).toBeGreaterThan(MAX_LAG_MS);
  expect(await newest(log)).toBe(second);
  await onStandby("select pg_wal_replay_resume()");
  await until(() => replica.state().state === "used");
  expect(replica.state().lagMs).toBeLessThan(MAX_LAG_MS);
  expect(warnings).toEqual([
    "the replica at DATABASE_READ_URL is too far behind; history and dashboard are read from the primary",
  ]);
});

test("without the replica the primary is read, in the middle of a request too", async () => {
  const { replica, log } = watch(standby.url);
  await until(() => replica.state().state === "used");
  await standby.stop();
  const id = await write();
  expect((await log.story(id))?.event.id).toBe(id);
  expect(await newest(log)).toBe(id);
  await until(() => replica.state().state === "away");
  // On a busy machine it may have fallen behind before.
  expect(warnings.at(-1)).toBe(
    "the replica at DATABASE_READ_URL does not answer; history and dashboard are read from the primary",
  );
});

test.each([
  ["another installation", createTestDatabase],
  ["an empty database", createEmptyDatabase],
])("%s in the place of the replica is not read", async (_name, create) => {
  const other = await create();
  const { replica, log } = watch(other.url);
  await until(() => warnings.length > 0);
  expect(["other", "away"]).toContain(replica.state().state);
  const id = await write();
  expect(await newest(log)).toBe(id);
  await replica.stop();
  await other.drop();
});
