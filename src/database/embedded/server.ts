import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import type { Binaries } from "./binaries.ts";
import type { Layout } from "./data-directory.ts";
import { postmasterOf } from "./postmaster.ts";
import { cleanEnvironment, type Privileges } from "./privileges.ts";
import { until } from "./until.ts";

export type Settings = Readonly<Record<string, string>>;

export interface StartedServer {
  readonly pid: number;
  readonly port: number;
}

interface Start {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly privileges: Privileges;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly findPort: () => Promise<number>;
}

/**
 * TCP on loopback with a password. There is no Unix socket, because the path of a socket is limited to about
 * 107 bytes and DATA_DIR is not. The log of the server must have no personal data, so it has neither the
 * statement nor the key values of an error.
 */
const ourSettings: Settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
};

const PORT_ATTEMPTS = 5;
const MAX_LOG_BYTES = 10_000_000;

/**
 * Starts the server and waits until it accepts connections; after a crash this includes its recovery. If the
 * port is in use, it tries another one.
 */
export async function startServer(start: Start): Promise<StartedServer> {
  const { log } = start.layout;
  if (existsSync(log) && statSync(log).size > MAX_LOG_BYTES) rmSync(log);
  for (let attempt = 1; ; attempt += 1) {
    const logStart = existsSync(log) ? statSync(log).size : 0;
    const port = await start.findPort();
    const child = launch(start, port);
    if (child.pid !== undefined && (await isReady(child, start))) return { pid: child.pid, port };
    const said = readFileSync(log).subarray(logStart).toString();
    const portTaken = said.includes("could not bind IPv4 address");
    if (!portTaken || attempt === PORT_ATTEMPTS) throw failure(start, child, said);
  }
}

/** A port of the loopback interface that is free at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object"
          ? resolve(address.port)
          : reject(new Error("the system has assigned no port")),
      );
    });
  });
}

function launch({ layout, binaries, privileges, settings }: Start, port: number): ChildProcess {
  const given = Object.entries({ ...ourSettings, ...settings, port: String(port) }).flatMap(
    ([name, value]) => ["-c", `${name}=${value}`],
  );
  const { file, args, credentials } = privileges.command(binaries.postgres, ["-D", layout.cluster, ...given]);
  const log = openSync(layout.log, "a", 0o600);
  // `detached` gives the server its own session. So Ctrl-C in a terminal reaches only us, and the database
  // lives until our stop is complete.
  const child = spawn(file, [...args], {
    ...credentials,
    cwd: layout.home,
    env: cleanEnvironment,
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  // isReady detects a failed launch by the missing pid or the exit code.
  child.once("error", () => undefined);
  return child;
}

async function isReady(child: ChildProcess, { layout, clock, timeoutMs }: Start): Promise<boolean> {
  const outcome = await until(clock, timeoutMs, () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return "ended";
    const postmaster = postmasterOf(layout.cluster);
    return postmaster.state === "running" && postmaster.pid === child.pid && postmaster.ready
      ? "ready"
      : undefined;
  });
  if (outcome === undefined) child.kill("SIGQUIT");
  return outcome === "ready";
}

function failure({ layout, timeoutMs }: Start, child: ChildProcess, said: string): CannotStart {
  const how =
    child.exitCode === null ? `was not ready within ${timeoutMs} ms` : `ended with code ${child.exitCode}`;
  const tail = said.trim().split("\n").slice(-20).join("\n");
  return new CannotStart([`the embedded PostgreSQL ${how}; the end of ${layout.log}:\n${tail}`]);
}
