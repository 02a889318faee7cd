import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { CannotStart } from "../core/errors.ts";
import { isAlive, isErrno, processesIn, runsIn, signal } from "./processes.ts";
import { until } from "./until.ts";

/** What `postmaster.pid` of a data directory means now. */
export type Postmaster =
  | { readonly state: "none" }
  /** The file was left behind: its process is gone, is a zombie, or the pid now belongs to somebody else. */
  | { readonly state: "stale"; readonly pid: number }
  /** `certain` is false where the platform cannot tell whose process the pid is. */
  | { readonly state: "running"; readonly pid: number; readonly port: number; readonly ready: boolean; readonly certain: boolean };

/** Reads the state of the server of a data directory (a real path). */
export function postmasterOf(dataDirectory: string): Postmaster {
  const lines = pidFile(dataDirectory)?.split("\n");
  const pid = Number.parseInt(lines?.[0] ?? "", 10);
  if (!lines || !(pid > 0)) return { state: "none" };
  const belongs = runsIn(pid, dataDirectory);
  if (belongs === "no") return { state: "stale", pid };
  // PostgreSQL: src/include/utils/pidfile.h gives the order of the lines (4 port, 8 status).
  return { state: "running", pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === "ready", certain: belongs === "yes" };
}

/**
 * Removes a `postmaster.pid` that nobody stands behind. PostgreSQL only asks whether the pid exists, so a zombie or a reused pid would keep it
 * from starting for ever. A backend may outlive its postmaster for a moment; two servers on one directory destroy it, so that moment is waited for.
 */
export async function clearStale(dataDirectory: string, clock: Clock, timeoutMs = 10_000): Promise<void> {
  const gone = await until(clock, timeoutMs, () => (processesIn(dataDirectory).length === 0 ? true : undefined));
  if (!gone) {
    const pids = processesIn(dataDirectory).join(", ");
    throw new CannotStart([`processes of an earlier PostgreSQL still work in ${dataDirectory}: ${pids}; end them and start again`]);
  }
  if (postmasterOf(dataDirectory).state === "stale") rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
}

/**
 * Ends the server of a data directory and waits until it is gone: fast (roll back, checkpoint, leave), and if that takes too long immediately (the next start
 * recovers from the log), and if that takes too long the hard way, with its children: those that somebody stopped would outlive it. Nothing happens if none runs.
 * Where the platform cannot tell whose process a pid is, only `knownPid` is ended. `graceMs`: for all of it.
 */
export async function stopPostmaster(
  dataDirectory: string,
  clock: Clock,
  { knownPid, graceMs = GRACE_MS }: { readonly knownPid?: number; readonly graceMs?: number } = {},
): Promise<void> {
  const steps = [
    ["SIGINT", Math.max(0, graceMs - IMMEDIATE_MS - KILL_MS)],
    ["SIGQUIT", IMMEDIATE_MS],
    ["SIGKILL", KILL_MS],
  ] as const;
  for (const [name, patienceMs] of steps) {
    const postmaster = postmasterOf(dataDirectory);
    if (postmaster.state !== "running") return;
    if (!postmaster.certain && postmaster.pid !== knownPid) {
      throw new CannotStart([`process ${postmaster.pid} may be the PostgreSQL of ${dataDirectory}; end it and start again`]);
    }
    signal(postmaster.pid, name);
    if (name === "SIGKILL") for (const child of processesIn(dataDirectory)) signal(child, name);
    if (await until(clock, patienceMs, () => (isAlive(postmaster.pid) ? undefined : true))) return;
  }
}

const GRACE_MS = 43_000;
const IMMEDIATE_MS = 2_000;
const KILL_MS = 1_000;

function pidFile(dataDirectory: string): string | undefined {
  try {
    return readFileSync(join(dataDirectory, "postmaster.pid"), "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}
