import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { systemClock } from "../../src/core/clock.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded/embedded.ts";
import { freePort } from "../../src/database/embedded/server.ts";
import { ended, firstLine, startProgram } from "../support/programs.ts";
import { shareKey } from "./bench-key.ts";
import { type Call, connect, type Subject } from "./client.ts";

/*
 * What the benches play on: one PostgreSQL with fsync, and beside it the built product, the baseline and
 * simulators, each a process of its own.
 */

export interface Stage {
  readonly postgresPid: number;
  /** An empty database of this name; its address. */
  database(name: string): Promise<string>;
  baseline(database: string, clients: number): Promise<Subject>;
  /** `qps`: calls a second for each API; 0 is no limit. */
  simulator(qps: number): Promise<Simulator>;
  /** Resolves when it is ready. */
  server(name: string, database: string, settings: ServerSettings): Promise<Subject>;
  /** A process that only synchronises. Does not wait for it. */
  worker(database: string, dingtalk: Simulator, more: Environment): void;
}

type Environment = Readonly<Record<string, string>>;

export interface Simulator {
  readonly address: string;
  readonly pid: number;
  get<T>(control: string): Promise<T>;
  post<T>(control: string, body: object): Promise<T>;
  /** Gone, and its port closed. */
  stop(): Promise<void>;
}

export interface ServerSettings {
  readonly clients: number;
  /** The DingTalk it works for; its own sandbox when left out. */
  readonly dingtalk?: Simulator;
  /** More of the environment. */
  readonly more?: Environment;
}

const program = join(__dirname, "..", "..", "bin", "dingtalk-scim.js");

/** Ends everything it started, also when `work` rejects or somebody interrupts. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "dingtalk-scim-bench-"));
  shareKey(folder);
  const endings: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    // Several servers and the seeding: more connections than one product needs.
    const postgres = await startEmbeddedPostgres({
      dataDir: folder,
      logger: silentLogger,
      settings: { max_connections: "300" },
    });
    endings.push(() => postgres.stop());
    const stage: Stage = {
      postgresPid: Number.parseInt(
        readFileSync(join(folder, "postgres", "cluster", "postmaster.pid"), "utf8"),
        10,
      ),
      async database(name) {
        await withDatabase(postgres.url, (client) => client.query(`create database ${name}`));
        return postgres.url.replace(/[^/]+$/, name);
      },
      async baseline(database, clients) {
        const baseline = startProgram(join(__dirname, "baseline.ts"), [database]);
        endings.push(async () => {
          baseline.stdin?.end();
          await ended(baseline);
        });
        return connect("baseline", Number(await firstLine(baseline)), baseline.pid!, "none", clients);
      },
      simulator: (qps) => startSimulator(qps, endings),
      worker(database, dingtalk, more) {
        const environment = {
          ROLE: "worker",
          DATABASE_URL: database,
          DATA_DIR: folder,
          LOG_LEVEL: "warn",
          ...organisationAt(dingtalk),
        };
        startProduct(["serve"], { ...environment, ...more }, endings);
      },
      server: (name, database, settings) =>
        startServer(name, { ...settings, database, dataDir: join(folder, name) }, endings),
    };
    return await Promise.race([work(stage), interruption()]);
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

/** Rejects when the bench is asked to end, however often: what was started has to be stopped first. */
const interruption = (): Promise<never> =>
  new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => reject(new Error(`ended by ${signal}`)));
  });

function startProduct(
  args: readonly string[],
  settings: Environment,
  endings: (() => Promise<void>)[],
): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...settings },
  });
  endings.push(() => stopped(child));
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await ended(child);
}

async function startSimulator(qps: number, endings: (() => Promise<void>)[]): Promise<Simulator> {
  const port = await freePort();
  const child = startProduct(["simulator", "--port", String(port), "--qps", String(qps)], {}, endings);
  const server = connect("simulator", port, child.pid!, "none", 16);
  const control = async <T>(call: Call): Promise<T> => {
    const { status, text } = await server.send(call);
    if (status !== 200)
      throw new Error(`the simulator answered ${status} to ${call.path}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  };
  await answering(child, server, "/_sim/calls");
  return {
    address: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    get: (path) => control({ method: "GET", path: `/_sim/${path}` }),
    post: (path, body) => control({ method: "POST", path: `/_sim/${path}`, body: JSON.stringify(body) }),
    stop: () => stopped(child),
  };
}

interface Started extends ServerSettings {
  readonly database: string;
  readonly dataDir: string;
}

async function startServer(
  name: string,
  started: Started,
  endings: (() => Promise<void>)[],
): Promise<Subject> {
  const { database, dataDir, clients, dingtalk, more } = started;
  const [port, simulatorPort] = [await freePort(), await freePort()];
  const token = randomBytes(24).toString("hex");
  const environment = {
    PORT: String(port),
    SIMULATOR_PORT: String(simulatorPort),
    DATABASE_URL: database,
    DATA_DIR: dataDir,
    BOOTSTRAP_TOKEN: token,
    RATE_LIMIT_PER_CLIENT: "0",
    LOG_LEVEL: "warn",
    ...(dingtalk ? organisationAt(dingtalk) : {}),
    ...more,
  };
  const child = startProduct(["serve"], environment, endings);
  const subject = connect(name, port, child.pid!, token, clients);
  await answering(child, subject, "/readyz");
  return subject;
}

const organisationAt = ({ address }: Simulator): Environment => ({
  DINGTALK_APP_KEY: "sandbox",
  DINGTALK_APP_SECRET: "sandbox",
  DINGTALK_CORP_ID: "dingsandbox",
  DINGTALK_OAPI_URL: address,
  DINGTALK_API_URL: address,
  SYNC_MODE: "sync",
});

async function answering(child: ChildProcess, server: Subject, path: string): Promise<void> {
  for (;;) {
    const answer = await server.send({ method: "GET", path }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (child.exitCode !== null) throw new Error(`${server.name} ended before it was ready`);
    await systemClock.sleep(100);
  }
}

export async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs a bench as a program: its number is the exit code, an error is told and 1. */
export function runBench(bench: () => Promise<number>): void {
  bench().then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
}
