import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { silentLogger } from "../../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../../src/database/embedded/embedded.ts";
import { migrate, migrateQueue } from "../../../src/database/migrate.ts";
import { temporaryRoot } from "../temporary-root.ts";
import { removeLeftover } from "./leftovers.cjs";
import { databaseUrl, runOn, SEEDS_VARIABLE, SERVER_VARIABLE, TEMPLATE_VARIABLE } from "./test-database.ts";

const FOLDER_PREFIX = "dingtalk-scim-test-";
const root = join(__dirname, "..", "..", "..");

/**
 * Settings for data that is not kept: PostgreSQL does not wait for the disk, and runs neither vacuum nor
 * statistics in the background.
 */
const throwAway = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  autovacuum: "off",
  shared_buffers: "64MB",
  max_wal_size: "128MB",
  max_connections: "200",
};

/**
 * Starts one PostgreSQL for the whole run, with a template database that every test file copies.
 * `DATABASE_URL_TEST` is the URL of a server to use instead; its user must be allowed to create databases. A
 * watchdog stops PostgreSQL if the run is killed, and the next run removes all remains.
 */
export default async function setUp(): Promise<void> {
  await removeLeftovers();
  const given = process.env.DATABASE_URL_TEST;
  const { server, end } = given ? { server: given, end: async () => undefined } : await startServer();
  const template = `scim_test_${randomBytes(4).toString("hex")}`;
  try {
    await runOn(server, `create database ${template} template template0`);
    const options = { connectionString: databaseUrl(server, template), logger: silentLogger };
    await migrateQueue(options);
    await migrate({ ...options, directory: join(root, "prisma", "migrations") });
    process.env[SEEDS_VARIABLE] = JSON.stringify(await rowsOf(options.connectionString));
  } catch (error) {
    await end();
    throw error;
  }
  process.env[SERVER_VARIABLE] = server;
  process.env[TEMPLATE_VARIABLE] = template;
  globalThis.endTestPostgres = async () => {
    if (given) await dropDatabasesOf(server, template);
    await end();
  };
}

async function startServer(): Promise<{ server: string; end: () => Promise<void> }> {
  const folder = mkdtempSync(join(temporaryRoot(), `${FOLDER_PREFIX}${process.pid}-`));
  const watchdog = spawn(process.execPath, [join(__dirname, "leftovers.cjs"), folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.unref();
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    logger: silentLogger,
    settings: throwAway,
  });
  await makeSignInCheap(postgres.url);
  const end = async () => {
    await postgres.stop();
    await removeLeftover(folder);
    watchdog.stdin.end();
  };
  return { server: postgres.url, end };
}

/** The rows of every table, for kept-database.ts. */
async function rowsOf(url: string): Promise<Readonly<Record<string, readonly object[]>>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const found: Record<string, readonly object[]> = {};
    for (const { name } of rows)
      found[name] = (await client.query(`select to_json(t) as row from ${name} t`)).rows.map(
        ({ row }) => row,
      );
    return found;
  } finally {
    await client.end();
  }
}

/**
 * Reduces the rounds of SHA-256 at sign-in from 4,096 to 1. A test opens about ten connections, and the
 * rounds took a third of the time of each.
 */
async function makeSignInCheap(url: string): Promise<void> {
  const { password } = new URL(url);
  await runOn(
    url,
    `set scram_iterations = 1; alter role current_user password '${decodeURIComponent(password)}'`,
  );
}

async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(temporaryRoot())) {
    const owner = name.startsWith(FOLDER_PREFIX)
      ? Number.parseInt(name.slice(FOLDER_PREFIX.length), 10)
      : Number.NaN;
    if (Number.isNaN(owner) || lives(owner)) continue;
    // The remains of another user cannot be removed here. The next run of that user removes them.
    await removeLeftover(join(temporaryRoot(), name)).catch(() => undefined);
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function dropDatabasesOf(server: string, template: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const { rows } = await client.query("select datname from pg_database where starts_with(datname, $1)", [
      template,
    ]);
    for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  } finally {
    await client.end();
  }
}
