import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { freePort } from "../../src/database/server.ts";
import { ended, firstLine, startProgram } from "../support/programs.ts";
import { connect, load, type Measured, type Subject } from "./client.ts";
import { seedFloor, seedReal } from "./seed.ts";
import { countCycleMembers, makeCycleGroups, type Workload, workloads } from "./workloads.ts";

/*
 * Runs the floor and the real server side by side on one PostgreSQL and prints how near the real one comes, workload by workload.
 * Both take turns second by second, so that whatever else the machine does meets both.
 */

const { values: options } = parseArgs({
  options: {
    users: { type: "string", default: "10000" },
    clients: { type: "string", default: "8" },
    seconds: { type: "string", default: "6" },
    groups: { type: "string", default: "10,1000,10000" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
    loose: { type: "string" },
  },
});
const users = Number(options.users);
const clients = Number(options.clients);
const seconds = Number(options.seconds);
const groupSizes = String(options.groups).split(",").map(Number);
const TURN_SECONDS = 1;

interface Row {
  readonly workload: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
  readonly floorPerSecond: number;
  readonly floorP50Ms: number;
  readonly floorCpuMsPerRequest: number;
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly bar: number | undefined;
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "dingtalk-scim-bench-"));
  const endings: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
    endings.push(() => postgres.stop());
    const database = async (name: string): Promise<string> => {
      await withClient(postgres.url, (client) => client.query(`create database ${name}`));
      return postgres.url.replace(/[^/]+$/, name);
    };
    const floor = await startFloor(await database("floor"), endings);
    const real = await startReal(await database("real"), folder, endings);
    return await measure(floor, real);
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function startFloor(url: string, endings: (() => Promise<void>)[]): Promise<Subject> {
  const program = startProgram(join(__dirname, "floor.ts"), [url]);
  endings.push(async () => {
    program.stdin?.end();
    await ended(program);
  });
  const port = Number(await firstLine(program));
  await withClient(url, (client) => seedFloor(client, users, groupSizes));
  return connect("floor", port, program.pid!, "none", clients);
}

async function startReal(url: string, folder: string, endings: (() => Promise<void>)[]): Promise<Subject> {
  const [port, simulatorPort] = await Promise.all([freePort(), freePort()]);
  const token = randomBytes(24).toString("hex");
  const program = spawn(process.execPath, [...process.execArgv, join(__dirname, "..", "..", "bin", "dingtalk-scim.js"), "serve"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PORT: String(port),
      SIMULATOR_PORT: String(simulatorPort),
      DATABASE_URL: url,
      DATA_DIR: folder,
      BOOTSTRAP_TOKEN: token,
      RATE_LIMIT_PER_CLIENT: "0",
      LOG_LEVEL: "warn",
    },
  });
  endings.push(async () => {
    program.kill("SIGTERM");
    await ended(program);
  });
  const subject = connect("real", port!, program.pid!, token, clients);
  for (;;) {
    const answer = await subject.send({ method: "GET", path: "/readyz" }).catch(() => undefined);
    if (answer?.status === 200) break;
    if (program.exitCode !== null) throw new Error("the server did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await withClient(url, (client) => seedReal(client, users, groupSizes));
  return subject;
}

async function measure(floor: Subject, real: Subject): Promise<number> {
  await makeCycleGroups(real);
  const rows: Row[] = [];
  let cycleMembers = 0;
  for (const workload of workloads({ users, groupSizes })) {
    if (options.only && !workload.name.includes(options.only)) continue;
    const [below, above] = await takeTurns(workload, floor, real);
    if (workload.name.startsWith("first cycle")) cycleMembers = above.latenciesMs.length;
    const row = rowOf(workload, below, above);
    rows.push(row);
    if (!options.json) process.stdout.write(`${line(row)}\n`);
  }
  const lost = cycleMembers - (await countCycleMembers(real));
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ users, clients, seconds, rows, lostMembers: lost, rssMb: { floor: floor.rssMb(), real: real.rssMb() } })}\n`,
    );
  else
    process.stdout.write(
      `memory: real ${real.rssMb().toFixed(0)} MB, floor ${floor.rssMb().toFixed(0)} MB; members lost in the first cycle: ${lost}\n`,
    );
  const factor = Number(options.loose ?? 1);
  const missed = rows.filter(({ bar, ratio }) => bar !== undefined && ratio < bar * factor);
  for (const { workload, ratio, bar } of missed)
    process.stdout.write(`below the bar: ${workload} ${ratio.toFixed(2)} < ${bar! * factor}\n`);
  return missed.length > 0 || lost !== 0 ? 1 : 0;
}

/** Second by second in turn; what the first of each does is thrown away, caches fill then. */
async function takeTurns(workload: Workload, floor: Subject, real: Subject): Promise<readonly [Measured, Measured]> {
  const results: [Measured[], Measured[]] = [[], []];
  let n = 0;
  for (let turn = 0; turn <= seconds; turn++) {
    results[0].push(await load(floor, clients, TURN_SECONDS, () => workload.floor(floor, n++)));
    results[1].push(await load(real, clients, TURN_SECONDS, () => workload.real(real, n++)));
  }
  return [sum(results[0]), sum(results[1])];
}

/** The first cycle counts whole: nothing that was acknowledged may be missing. */
const sum = (turns: readonly Measured[]): Measured => {
  const counted = turns.slice(1);
  return {
    requests: total(counted, (turn) => turn.requests),
    seconds: total(counted, (turn) => turn.seconds),
    latenciesMs: turns.flatMap((turn) => turn.latenciesMs),
    cpuMs: total(counted, (turn) => turn.cpuMs),
  };
};

const total = (turns: readonly Measured[], of: (turn: Measured) => number): number => turns.reduce((so, turn) => so + of(turn), 0);

function rowOf(workload: Workload, floor: Measured, real: Measured): Row {
  const perSecond = real.requests / real.seconds;
  const floorPerSecond = floor.requests / floor.seconds;
  const cpu = real.cpuMs / real.requests;
  const floorCpu = floor.cpuMs / floor.requests;
  return {
    workload: workload.name,
    perSecond,
    p50Ms: percentile(real.latenciesMs, 0.5),
    p99Ms: percentile(real.latenciesMs, 0.99),
    cpuMsPerRequest: cpu,
    floorPerSecond,
    floorP50Ms: percentile(floor.latenciesMs, 0.5),
    floorCpuMsPerRequest: floorCpu,
    ratio: perSecond / floorPerSecond,
    cpuRatio: cpu / floorCpu,
    bar: workload.bar,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const line = (row: Row): string =>
  [
    row.workload.padEnd(42),
    `${row.perSecond.toFixed(0).padStart(6)}/s`,
    `p50 ${row.p50Ms.toFixed(2).padStart(6)}`,
    `p99 ${row.p99Ms.toFixed(2).padStart(7)}`,
    `cpu ${row.cpuMsPerRequest.toFixed(3)} ms`,
    `| floor ${row.floorPerSecond.toFixed(0).padStart(6)}/s p50 ${row.floorP50Ms.toFixed(2)} cpu ${row.floorCpuMsPerRequest.toFixed(3)}`,
    `| ratio ${row.ratio.toFixed(2)}${row.bar === undefined ? "" : ` (bar ${row.bar})`} cpu x${row.cpuRatio.toFixed(2)}`,
  ].join("  ");

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
