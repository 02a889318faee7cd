import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { removeLeftover } from "./postgres/leftovers.cjs";
import { temporaryRoot } from "./temporary-root.ts";

/* The built product as real processes. Each server has its own ports and data directory. */

const ownProgram = join(__dirname, "..", "..", "bin", "dingtalk-scim.js");

export type Settings = Readonly<Record<string, string>>;

/** A running or ended command. */
export interface Run {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when stderr contains the text. Rejects if the command ends without it. */
  says(text: string | RegExp): Promise<void>;
  /** Resolves with the exit code when the command has ended, and with null after a signal. */
  ended(): Promise<number | null>;
}

interface RunOptions {
  readonly uid?: number;
  /** The working directory. */
  readonly cwd?: string;
  /** Path of an installed program to run instead of the one that was built here. */
  readonly program?: string;
  /** Path of another Node. */
  readonly node?: string;
}

export function runCommand(args: readonly string[], settings: Settings = {}, options: RunOptions = {}): Run {
  const { uid, cwd, program = ownProgram, node = process.execPath } = options;
  const { PATH = "", HOME = "" } = process.env;
  const user = { ...(uid === undefined ? {} : { uid, gid: uid }), ...(cwd === undefined ? {} : { cwd }) };
  const child = spawn(node, [program, ...args], {
    env: { PATH, HOME, LOG_LEVEL: "error", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
    // A new process group, so that the command can be killed with all its children.
    detached: true,
    ...user,
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk;
  });
  // Output may follow "exit". "close" comes after both.
  const closed = once(child, "close");
  return {
    child,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () =>
          (typeof text === "string" ? said.stderr.includes(text) : text.test(said.stderr)) && resolve();
        child.stderr.on("data", look);
        child.once("close", () => reject(new Error(`ended without saying ${text}: ${said.stderr}`)));
        look();
      }),
    async ended() {
      await closed;
      return child.exitCode;
    },
  };
}

export interface Place {
  /** The settings of the ports and the data directory. */
  readonly settings: Settings;
  readonly dataDir: string;
  readonly url: string;
  readonly simulatorUrl: string;
  /** Starts the server, and resolves when it is ready. Rejects with its stderr if it ends before. */
  start(more?: Settings, options?: RunOptions): Promise<Run>;
  /** Kills all processes that were started here, PostgreSQL too, and removes the data. */
  clear(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const [port, simulatorPort] = await freePorts();
  const dataDir = mkdtempSync(join(temporaryRoot(), "dingtalk-scim-e2e-"));
  chmodSync(dataDir, 0o777);
  const settings = { PORT: String(port), SIMULATOR_PORT: String(simulatorPort), DATA_DIR: dataDir };
  const url = `http://127.0.0.1:${port}`;
  const started: Run[] = [];
  return {
    settings,
    dataDir,
    url,
    simulatorUrl: `http://127.0.0.1:${simulatorPort}`,
    async start(more = {}, options = {}) {
      const run = runCommand(["serve"], { ...settings, ...more }, options);
      started.push(run);
      await Promise.race([
        run.says("dingtalk-scim is ready"),
        run.ended().then(() => Promise.reject(new Error(`the server ended: ${run.stderr}`))),
      ]);
      return run;
    },
    async clear() {
      for (const run of started) killGroup(run);
      await Promise.all(started.map((run) => run.ended()));
      await removeLeftover(dataDir);
    },
  };
}

/** Sends SIGKILL to the command and to all processes of its process group. */
export function killGroup({ child }: Run): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
}

/**
 * Creates a key-encryption key, as an operator does if the server has no writable folder. Every user can read
 * the file. Returns its path.
 */
export function makeEncryptionKey(folder: string): string {
  const file = join(folder, "given.key");
  writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o644 });
  return file;
}

/** The pid of the PostgreSQL of this data directory, if it runs. */
export function postgresIn(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(
      readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8"),
      10,
    );
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** The token in the notice of a first start. */
export const tokenIn = (notice: string): string | undefined => /^ {2}(sdt_\S+)$/m.exec(notice)?.[1];

/** Two ports that were free at the time of the call. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return [ports[0]!, ports[1]!];
}
