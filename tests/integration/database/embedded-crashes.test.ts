import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { isAlive, processesIn } from "../../../src/database/embedded/processes.ts";
import { ended, firstLine, startProgram } from "../../support/programs.ts";
import {
  ask,
  type Bench,
  bench,
  postmasterPid,
  preparedBench,
  removePrepared,
  waitFor,
} from "./embedded-setup.ts";

let here: Bench;
const programs: ChildProcess[] = [];

beforeEach(async () => {
  here = await preparedBench();
});
afterAll(removePrepared);

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill("SIGKILL");
    await ended(program);
  }
  await here.clear();
});

/** Another process that starts the server of this data directory. */
function launcher(ending = "stop"): ChildProcess {
  const program = startProgram(join(__dirname, "programs", "launch.ts"), [here.dataDir, ending]);
  programs.push(program);
  return program;
}

async function kill(program: ChildProcess): Promise<void> {
  program.kill("SIGKILL");
  await ended(program);
}

test("the server of a killed process is adopted with its data, and stopped with us", async () => {
  const killed = launcher();
  const url = await firstLine(killed);
  const pid = postmasterPid(here.cluster);
  await ask(url, "create table kept as select 1 as n");
  await kill(killed);
  expect(isAlive(pid)).toBe(true);

  const server = await here.start();
  expect(server.url).toBe(url);
  expect(postmasterPid(here.cluster)).toBe(pid);
  expect(await ask(server.url, "select n from kept")).toEqual([1]);
  await server.stop();
  expect(isAlive(pid)).toBe(false);
});

test("a process that exits without stopping takes the server with it", async () => {
  const program = launcher("exit");
  await firstLine(program);
  const pid = postmasterPid(here.cluster);
  program.stdin!.end();
  await ended(program);
  await waitFor(() => !isAlive(pid));
});

test("a second process on the same data directory is told who has it, and the first is not disturbed", async () => {
  const { url } = await here.start();
  const second = launcher();
  expect(await firstLine(second)).toContain(`is in use by process ${process.pid};`);
  await expect(here.start()).rejects.toMatchObject({
    code: "CANNOT_START",
    message: expect.stringContaining(`process ${process.pid};`),
  });
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
});

test("of several that start together on an empty data directory one gets it", async () => {
  await here.clear();
  here = bench();
  const lines = await Promise.all([launcher(), launcher(), launcher()].map(firstLine));
  expect(lines.filter((line) => line.startsWith("postgres://"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("is in use by process"))).toHaveLength(2);
});

test("killed in the middle of initdb: the half data directory is made anew, its initdb does not disturb", async () => {
  await here.clear();
  here = bench();
  const killed = launcher();
  const unfinished = `${here.cluster}.unfinished`;
  await waitFor(() => existsSync(join(unfinished, "PG_VERSION")));
  await kill(killed);
  expect(existsSync(here.cluster)).toBe(false);
  const { url } = await here.start();
  await expect(ask(url, "select 1")).resolves.toEqual([1]);
  expect(readdirSync(join(here.dataDir, "postgres")).filter((name) => name.includes("unfinished"))).toEqual(
    [],
  );
});

test("after a kill -9 of the server nothing acknowledged is lost", async () => {
  const killed = launcher();
  const url = await firstLine(killed);
  await ask(url, "create table kept as select 1 as n");
  await kill(killed);
  process.kill(postmasterPid(here.cluster), "SIGKILL");
  const again = await here.start();
  expect(await ask(again.url, "select n from kept")).toEqual([1]);
});

describe("a postmaster.pid that was left behind with the pid of", () => {
  /** A pid, and how to let go of it. */
  type Holder = () => Promise<{ pid: number; release: () => void }>;

  const gone: Holder = async () => {
    const short = spawn("true");
    await once(short, "exit");
    return { pid: short.pid!, release: () => undefined };
  };
  const stranger: Holder = async () => {
    const sleeper = spawn("sleep", ["60"]);
    return { pid: sleeper.pid!, release: () => sleeper.kill("SIGKILL") };
  };
  // The shell starts a child and then becomes a program that never asks how it ended.
  const zombie: Holder = async () => {
    const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
    const pid = Number(await firstLine(parent));
    await waitFor(() => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
    return { pid, release: () => parent.kill("SIGKILL") };
  };

  const onLinux: [string, Holder][] =
    process.platform === "linux"
      ? [
          ["a stranger", stranger],
          ["a zombie", zombie],
        ]
      : [];

  test.each<[string, Holder]>([["nobody", gone], ...onLinux])("%s is removed", async (_name, holder) => {
    const first = await here.start();
    const file = join(here.cluster, "postmaster.pid");
    const content = readFileSync(file, "utf8");
    await first.stop();
    const { pid, release } = await holder();
    try {
      writeFileSync(file, content.replace(/^\d+/, String(pid)), { mode: 0o600 });
      const { url } = await here.start();
      await expect(ask(url, "select 1")).resolves.toEqual([1]);
      expect(postmasterPid(here.cluster)).not.toBe(pid);
    } finally {
      release();
    }
  });
});

test("a backend that outlives its postmaster is waited for", async () => {
  const killed = launcher();
  const client = new Client({ connectionString: await firstLine(killed) });
  client.on("error", () => undefined);
  await client.connect();
  const backend = (await client.query("select pg_backend_pid() as pid")).rows[0].pid;
  process.kill(backend, "SIGSTOP");
  await kill(killed);
  process.kill(postmasterPid(here.cluster), "SIGKILL");
  await waitFor(() => processesIn(here.cluster).join() === String(backend));

  let started = false;
  const starting = here.start().then((server) => {
    started = true;
    return server;
  });
  await waitFor(() => readdirSync(join(here.dataDir, "postgres", "launchers")).length === 1);
  expect(started).toBe(false);
  process.kill(backend, "SIGCONT");
  await expect(ask((await starting).url, "select 1")).resolves.toEqual([1]);
  await client.end().catch(() => undefined);
});

test("a claim on the directory by a dead process counts for nothing, even if its pid lives again", async () => {
  const claims = join(here.dataDir, "postgres", "launchers");
  mkdirSync(claims, { recursive: true });
  for (const claim of [`${2 ** 22 - 1}-1`, `${process.ppid}-1`]) writeFileSync(join(claims, claim), "");
  await expect(here.start()).resolves.toBeDefined();
  expect(readdirSync(claims)).toHaveLength(1);
});
