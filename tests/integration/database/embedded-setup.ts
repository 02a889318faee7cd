import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { findBinaries } from "../../../src/database/embedded/binaries.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../../../src/database/embedded/embedded.ts";
import { stopPostmaster } from "../../../src/database/embedded/postmaster.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/** Data directories and servers of one test; `clear` leaves nothing of them, whatever the test did. */
export interface Bench {
  readonly dataDir: string;
  readonly cluster: string;
  start(options?: Partial<EmbeddedPostgresOptions>): Promise<EmbeddedPostgres>;
  clear(): Promise<void>;
}

export function bench(): Bench {
  return benchIn(mkdtempSync(join(temporaryRoot(), "embedded-")));
}

/**
 * A copy of the package with the PostgreSQL programs, where every user can read it and we can damage it. Its
 * parent folder is the caller's to remove.
 */
export function copyOfPackage(): string {
  const installed = dirname(dirname(dirname(findBinaries().postgres)));
  const copy = join(mkdtempSync(join(tmpdir(), "postgres-package-")), "platform");
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(dirname(copy), 0o755);
  return copy;
}

/**
 * A bench on which the first start was made long ago: a copy of a cluster costs a tenth of making one. Call
 * `removePrepared` after all.
 */
export async function preparedBench(): Promise<Bench> {
  prepared ??= await prepare();
  const made = bench();
  cpSync(join(prepared, "postgres"), join(made.dataDir, "postgres"), { recursive: true });
  return made;
}

export function removePrepared(): void {
  if (prepared !== undefined) rmSync(prepared, { recursive: true });
  prepared = undefined;
}

let prepared: string | undefined;

async function prepare(): Promise<string> {
  const { dataDir, start } = bench();
  await (await start({ settings: { fsync: "off" } })).stop();
  return dataDir;
}

function benchIn(dataDir: string): Bench {
  const cluster = join(dataDir, "postgres", "cluster");
  const started: EmbeddedPostgres[] = [];
  return {
    dataDir,
    cluster,
    start: async (options = {}) => {
      const server = await startEmbeddedPostgres({ dataDir, logger: silentLogger, ...options });
      started.push(server);
      return server;
    },
    clear: async () => {
      for (const server of started) await server.stop();
      await stopPostmaster(cluster, systemClock);
      chmodSync(dataDir, 0o700);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

export const postmasterPid = (cluster: string): number =>
  Number.parseInt(readFileSync(join(cluster, "postmaster.pid"), "utf8"), 10);

/** Polls until the condition holds; the test's own time limit ends it. */
export async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(5);
}

/** Real user of a process, as the machine sees it. */
export const uidOf = (pid: number) =>
  Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
