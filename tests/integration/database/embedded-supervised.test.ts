import { readFileSync, renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { silentLogger } from "../../../src/core/logger.ts";
import type { EmbeddedPostgres } from "../../../src/database/embedded/embedded.ts";
import { postmasterOf } from "../../../src/database/embedded/postmaster.ts";
import { isAlive, processesIn } from "../../../src/database/embedded/processes.ts";
import { createPool } from "../../../src/store/postgres/pool.ts";
import { ask, type Bench, postmasterPid, preparedBench, removePrepared, waitFor } from "./embedded-setup.ts";

/*
 * A server that ends while it is needed: it is started again with its data, however it ended, until we stop
 * it.
 */

let here: Bench;
let server: EmbeddedPostgres;

beforeEach(async () => {
  here = await preparedBench();
  server = await here.start();
  await ask(server.url, "create table kept as select 1 as n");
});
afterEach(() => here.clear());
afterAll(removePrepared);

const asked = (): Promise<unknown[]> => ask(server.url, "select n from kept").catch(() => []);

async function end(signal: NodeJS.Signals): Promise<number> {
  const pid = postmasterPid(here.cluster);
  process.kill(pid, signal);
  await waitFor(() => !isAlive(pid));
  return pid;
}

test.each<[NodeJS.Signals]>([["SIGKILL"], ["SIGTERM"], ["SIGINT"], ["SIGQUIT"]])(
  "ended by %s while idle: back at the same address with its data",
  async (signal) => {
    const { url } = server;
    await end(signal);
    await waitFor(async () => (await asked())[0] === 1);
    expect(server.url).toBe(url);
  },
);

test("what was acknowledged is there after a kill, whatever the server's default for commits is", async () => {
  await server.stop();
  server = await here.start({ settings: { synchronous_commit: "off", wal_writer_delay: "10s" } });
  const pool = createPool({ url: () => server.url, max: 2, logger: silentLogger });
  try {
    await ask(server.url, "create table acknowledged (n int)");
    await ask(server.url, "checkpoint");
    for (let n = 1; n <= 12; n++) await pool.query("insert into acknowledged values ($1)", [n]);
    await end("SIGKILL");
    await waitFor(async () => (await asked())[0] === 1);
    expect(await ask(server.url, "select count(*)::int from acknowledged")).toEqual([12]);
  } finally {
    await pool.end();
  }
});

test("its port taken by somebody else meanwhile: it comes back at another one, and connections find it", async () => {
  const pool = createPool({ url: () => server.url, max: 2, logger: silentLogger });
  const before = server.url;
  const port = Number(new URL(before).port);
  // Nobody else can have the port as long as the server cannot start.
  const [aside, file] = [join(here.cluster, "aside"), join(here.cluster, "PG_VERSION")];
  renameSync(file, aside);
  await end("SIGKILL");
  const thief = await taken(port);
  renameSync(aside, file);
  try {
    await waitFor(async () => server.url !== before && (await asked())[0] === 1);
    expect((await pool.query("select n from kept")).rows).toEqual([{ n: 1 }]);
  } finally {
    await pool.end();
    await new Promise((resolve) => thief.close(resolve));
  }
});

test("what keeps it from starting, such as a full disk, is waited for", async () => {
  const [aside, file] = [join(here.cluster, "aside"), join(here.cluster, "global", "pg_control")];
  renameSync(file, aside);
  await end("SIGKILL");
  // Its log tells of an attempt that failed.
  await waitFor(() =>
    readFileSync(join(here.dataDir, "postgres", "server.log"), "utf8").includes("pg_control"),
  );
  expect(await asked()).toEqual([]);
  renameSync(aside, file);
  await waitFor(async () => (await asked())[0] === 1);
});

test("stopped by us it stays away, also in the middle of being started again", async () => {
  await end("SIGKILL");
  await server.stop();
  expect(processesIn(here.cluster)).toEqual([]);
  expect(postmasterOf(here.cluster).state).not.toBe("running");
});

test("stopped processes are ended the hard way, in the time that is given", async () => {
  for (const pid of processesIn(here.cluster)) process.kill(pid, "SIGSTOP");
  const beganMs = performance.now();
  await server.stop(5_000);
  expect(performance.now() - beganMs).toBeLessThan(12_000);
  await waitFor(() => processesIn(here.cluster).length === 0);
});

function taken(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const thief = createServer();
    thief.once("error", reject);
    thief.listen(port, "127.0.0.1", () => resolve(thief));
  });
}
