import { Client } from "pg";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ensureCluster, type Layout, layOut, readPassword } from "./data-directory.ts";
import { holdDirectory } from "./launcher-lock.ts";
import { clearStale, postmasterOf, stopPostmaster } from "./postmaster.ts";
import { choosePrivileges } from "./privileges.ts";
import { identityOf, isAliveAs, signal } from "./processes.ts";
import { freePort, type Settings, startServer } from "./server.ts";
import { superviseServer } from "./supervisor.ts";
import { until } from "./until.ts";

export interface EmbeddedPostgresOptions {
  /** The server uses the folder `postgres` in it. The folder is made if it is missing. */
  readonly dataDir: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /**
   * Server settings that replace ours, such as `{ fsync: "off" }` if the data may be lost. A server that is
   * already running keeps its settings.
   */
  readonly settings?: Settings;
  /** Replacements for tests and unusual machines. */
  readonly binaries?: Binaries;
  readonly unshare?: string;
  readonly findPort?: () => Promise<number>;
}

export interface EmbeddedPostgres {
  /**
   * Address of the product's database, for the superuser, with password. It changes if the server was
   * restarted and its port was in use.
   */
  readonly url: string;
  /**
   * Ends the server and frees the data directory. A second call waits for the first. `graceMs`: limit of the
   * whole stop.
   */
  stop(graceMs?: number): Promise<void>;
}

const DATABASE = "dingtalk_scim";
/** Limit until the server is ready, including its recovery after a crash. */
const START_TIMEOUT_MS = 120_000;

/**
 * Starts a PostgreSQL in `dataDir`, on loopback with a generated password. The first call makes the cluster.
 * If the server of a killed process still runs, it is used, and stopped with this process. If the server ends
 * unexpectedly, it is started again (supervisor.ts). Only one process may use a data directory at a time.
 * Rejects with `CannotStart`: with the pid of the process that uses the directory, or with the reason and the
 * end of the server's log.
 */
export async function startEmbeddedPostgres(given: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  // This comes first: if PostgreSQL is not installed, the error names this problem and not one of the folder.
  const options = { ...given, binaries: given.binaries ?? findBinaries() };
  const clock = options.clock ?? systemClock;
  const layout = layOut(options.dataDir);
  const release = await holdDirectory(layout.home, clock);
  try {
    return handle(await open(layout, options, clock), layout, options, clock, release);
  } catch (error) {
    release();
    throw error;
  }
}

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly adopted: boolean;
}

async function open(layout: Layout, options: EmbeddedPostgresOptions, clock: Clock): Promise<Server> {
  const startedMs = clock.monotonicMs();
  const server = (await adopt(layout, options, clock)) ?? (await launch(layout, options, clock));
  options.logger.info(
    {
      port: server.port,
      pid: server.pid,
      adopted: server.adopted,
      ms: Math.round(clock.monotonicMs() - startedMs),
    },
    "embedded PostgreSQL is ready",
  );
  return server;
}

/**
 * The server that a killed process left running, if it answers. A server that does not answer is stopped, so
 * that a new one can start.
 */
async function adopt(
  layout: Layout,
  options: EmbeddedPostgresOptions,
  clock: Clock,
): Promise<Server | undefined> {
  const settled = await until(clock, START_TIMEOUT_MS, () => {
    const postmaster = postmasterOf(layout.cluster);
    return postmaster.state === "running" && !postmaster.ready ? undefined : postmaster;
  });
  if (settled?.state === "running") {
    const url = urlOf(readPassword(layout), settled.port);
    try {
      await openDatabase(url, layout);
      return { pid: settled.pid, port: settled.port, url, adopted: true };
    } catch (error) {
      options.logger.warn(
        { pid: settled.pid, error: String(error) },
        "the embedded PostgreSQL of an earlier process does not answer; starting a new one",
      );
    }
  }
  await stopPostmaster(layout.cluster, clock);
  await clearStale(layout.cluster, clock);
  return undefined;
}

async function launch(layout: Layout, options: EmbeddedPostgresOptions, clock: Clock): Promise<Server> {
  const binaries = options.binaries ?? findBinaries();
  const privileges = await choosePrivileges(layout.home, binaries.postgres, options.unshare);
  const password = await ensureCluster(layout, binaries, privileges, clock);
  const { pid, port } = await startServer({
    layout,
    binaries,
    privileges,
    clock,
    settings: options.settings ?? {},
    timeoutMs: START_TIMEOUT_MS,
    findPort: options.findPort ?? freePort,
  });
  const url = urlOf(password, port);
  try {
    await openDatabase(url, layout);
  } catch (error) {
    await stopPostmaster(layout.cluster, clock, { knownPid: pid });
    throw error;
  }
  return { pid, port, url, adopted: false };
}

function handle(
  first: Server,
  layout: Layout,
  options: EmbeddedPostgresOptions,
  clock: Clock,
  release: () => void,
): EmbeddedPostgres {
  let server = first;
  let identity = identityOf(server.pid);
  const supervisor = superviseServer({
    isRunning: () => isAliveAs(identity),
    start: async () => {
      server = await open(
        layout,
        { ...options, findPort: samePortFirst(server.port, options.findPort ?? freePort) },
        clock,
      );
      identity = identityOf(server.pid);
    },
    end: (graceMs) =>
      stopPostmaster(layout.cluster, clock, {
        knownPid: server.pid,
        ...(graceMs === undefined ? {} : { graceMs }),
      }),
    clock,
    logger: options.logger,
  });
  // If the process ends without stop(), nothing can be awaited, but a signal can still be sent.
  const atExit = () => signal(server.pid, "SIGINT");
  process.once("exit", atExit);
  const stop = async (graceMs: number | undefined): Promise<void> => {
    await supervisor.stop(graceMs);
    process.off("exit", atExit);
    release();
  };
  let stopping: Promise<void> | undefined;
  return {
    get url() {
      return server.url;
    },
    stop: (graceMs) => {
      stopping ??= stop(graceMs);
      return stopping;
    },
  };
}

/**
 * Tries the previous port first, so that the address stays valid. Another port is used only if that one is in
 * use now.
 */
function samePortFirst(port: number, findPort: () => Promise<number>): () => Promise<number> {
  let tried = false;
  return async () => {
    if (tried) return findPort();
    tried = true;
    return port;
  };
}

/** Address of the embedded server, with its password. */
export const urlOf = (password: string, port: number): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;

/**
 * Checks that the server at `url` uses this data directory, and creates the product's database if it is
 * missing.
 */
async function openDatabase(url: string, layout: Layout): Promise<void> {
  const client = new Client({
    connectionString: url.replace(/[^/]+$/, "postgres"),
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
  // A running query fails with the same error. Without this handler the event would end the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(
      "select current_setting('data_directory') as directory, exists (select from pg_database where datname = $1) as made",
      [DATABASE],
    );
    if (rows[0].directory !== layout.cluster)
      throw new Error(`another PostgreSQL answers: its data directory is ${rows[0].directory}`);
    if (!rows[0].made) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
