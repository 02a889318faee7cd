import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Data of /proc about a process. Other platforms than Linux have only the pid. */
interface ProcessFacts {
  readonly name: string;
  readonly state: string;
  /**
   * Start time in clock ticks since boot. Pids are reused, but pid and start time together identify one
   * process.
   */
  readonly startTicks: string;
}

const hasProc = process.platform === "linux";

/**
 * True: a process with this pid exists and has not ended. A zombie has ended, although its pid still accepts
 * signals.
 */
export function isAlive(pid: number): boolean {
  const facts = factsOf(pid);
  if (facts) return facts.state !== "Z" && facts.state !== "X";
  return signals(pid) && !hasProc;
}

/** A name for the process that no later process gets. Outside Linux it is only the pid. */
export function identityOf(pid: number): string {
  return `${pid}-${factsOf(pid)?.startTicks ?? "0"}`;
}

/** True: the process with this `identity` (from `identityOf`) is alive. */
export function isAliveAs(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return isAlive(pid) && identityOf(pid) === identity;
}

export type Belongs = "yes" | "no" | "unknown";

/**
 * Whether a process is a PostgreSQL process of `dataDirectory` (a real path). All such processes have it as
 * their working directory. The working directory of another user's process may be unreadable (in a container
 * without the right to trace). Then the command line of the postmaster decides, and its children are
 * "unknown".
 */
export function runsIn(pid: number, dataDirectory: string): Belongs {
  if (!hasProc) return isAlive(pid) ? "unknown" : "no";
  if (!isAlive(pid)) return "no";
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory ? "yes" : "no";
  } catch (error) {
    // An ending process has no working directory any more.
    if (!isErrno(error, "EACCES", "EPERM")) return "no";
    if (read(`/proc/${pid}/cmdline`)?.split("\0").includes(dataDirectory)) return "yes";
    return factsOf(pid)?.name === "postgres" ? "unknown" : "no";
  }
}

/**
 * Pids of all living PostgreSQL processes in `directory`, including initdb and the servers that it starts.
 * Empty on platforms without /proc.
 */
export function processesIn(directory: string): readonly number[] {
  if (!hasProc) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => ["postgres", "initdb"].includes(factsOf(pid)?.name ?? "") && runsIn(pid, directory) === "yes",
    );
}

/** Sends a signal. False: the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return false;
    throw error;
  }
}

/**
 * True: an error of the system has one of these codes. It checks the shape and not the class, because such
 * errors may come from another realm.
 */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === "object" && error !== null && "code" in error && codes.includes(String(error.code));
}

function signals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}

/** The file /proc/<pid>/stat has `pid (name) state …`. The name may contain spaces and brackets. */
function factsOf(pid: number): ProcessFacts | undefined {
  const stat = hasProc ? read(`/proc/${pid}/stat`) : undefined;
  if (stat === undefined) return undefined;
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")),
    state: rest[0] ?? "X",
    startTicks: rest[19] ?? "0",
  };
}

/** Undefined: the file cannot be read. The process may have ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
