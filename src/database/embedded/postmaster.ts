import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { isAlive, isErrno, processesIn, runsIn, signal } from "./processes.ts";
import { until } from "./until.ts";

/** State of the server of a data directory, by its file `postmaster.pid`. */
export type Postmaster =
  | { readonly state: "none" }
  /** The file is left over: its process is gone, is a zombie, or the pid belongs to another program now. */
  | { readonly state: "stale"; readonly pid: number }
  /** `certain` false: the platform cannot tell whether the process belongs to this directory. */
  | {
      readonly state: "running";
      readonly pid: number;
      readonly port: number;
      readonly ready: boolean;
      readonly certain: boolean;
    };

/** `dataDirectory`: a real path. */
export function postmasterOf(dataDirectory: string): Postmaster {
  const lines = pidFile(dataDirectory)?.split("\n");
  const pid = Number.parseInt(lines?.[0] ?? "", 10);
  if (!lines || !(pid > 0)) return { state: "none" };
  const belongs = runsIn(pid, dataDirectory);
  if (belongs === "no") return { state: "stale", pid };
  // PostgreSQL: src/include/utils/pidfile.h gives the order of the lines (4 port, 8 status).
  return {
    state: "running",
    pid,
    port: Number(lines[3] ?? 0),
    ready: lines[7]?.trim() === "ready",
    certain: belongs === "yes",
  };
}

/**
 * Removes a stale `postmaster.pid`. PostgreSQL only checks whether the pid exists, so a zombie or a reused
 * pid would prevent every start. A backend may outlive its postmaster for a moment, and two servers destroy a
 * data directory. So it waits until no process is left. Rejects with CannotStart if that takes too long.
 */
export async function clearStale(dataDirectory: string, clock: Clock, timeoutMs = 10_000): Promise<void> {
  const gone = await until(clock, timeoutMs, () =>
    processesIn(dataDirectory).length === 0 ? true : undefined,
  );
  if (!gone) {
    const pids = processesIn(dataDirectory).join(", ");
    throw new CannotStart([
      `processes of an earlier PostgreSQL still run in ${dataDirectory}: ${pids}; end them and start again`,
    ]);
  }
  if (postmasterOf(dataDirectory).state === "stale")
    rmSync(join(dataDirectory, "postmaster.pid"), { force: true });
}

/**
 * Ends the server of a data directory and waits until it is gone. Does nothing if no server runs. The steps,
 * each after the time of the one before: SIGINT: fast shutdown (rollback, checkpoint). SIGQUIT: immediate
 * shutdown. The next start recovers from the log. SIGKILL: to the server and its children. A child that was
 * stopped (SIGSTOP) would outlive the server. If the platform cannot tell whose process a pid is, only
 * `knownPid` is ended. `graceMs`: limit of all steps.
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
      throw new CannotStart([
        `process ${postmaster.pid} may be the PostgreSQL of ${dataDirectory}; end it and start again`,
      ]);
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
