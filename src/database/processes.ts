import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What /proc says about one process. Elsewhere than on Linux only the pid is known. */
interface ProcessFacts {
  readonly name: string;
  readonly state: string;
  /** Clock ticks since boot; with the pid it names one process for ever, although pids are used again. */
  readonly startTicks: string;
}

const hasProc = process.platform === "linux";

/** True while a process with this pid exists and has not ended. A zombie has ended, although signals still reach its pid. */
export function isAlive(pid: number): boolean {
  const facts = factsOf(pid);
  if (facts) return facts.state !== "Z" && facts.state !== "X";
  return signals(pid) && !hasProc;
}

/** A name for the process that no later process can have, as far as the platform tells. */
export function identityOf(pid: number): string {
  return `${pid}-${factsOf(pid)?.startTicks ?? "0"}`;
}

/** Whether `identity` (from `identityOf`) still lives. */
export function isAliveAs(identity: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return isAlive(pid) && identityOf(pid) === identity;
}

export type Belongs = "yes" | "no" | "unknown";

/**
 * Whether a process is a PostgreSQL process of `dataDirectory` (a real path): all of them work inside it. The working directory of a stranger's process may be
 * unreadable (a container without the right to trace); then the postmaster's command line answers, and "unknown" is left for its children.
 */
export function runsIn(pid: number, dataDirectory: string): Belongs {
  if (!hasProc) return isAlive(pid) ? "unknown" : "no";
  if (!isAlive(pid)) return "no";
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory ? "yes" : "no";
  } catch (error) {
    // A process that is just ending has no directory any more.
    if (!isErrno(error, "EACCES", "EPERM")) return "no";
    if (read(`/proc/${pid}/cmdline`)?.split("\0").includes(dataDirectory)) return "yes";
    return factsOf(pid)?.name === "postgres" ? "unknown" : "no";
  }
}

/** Every living process of PostgreSQL (initdb and the short-lived servers it starts included) that works inside `directory`; empty where there is no /proc. */
export function processesIn(directory: string): readonly number[] {
  if (!hasProc) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => ["postgres", "initdb"].includes(factsOf(pid)?.name ?? "") && runsIn(pid, directory) === "yes");
}

/** Sends a signal; false if the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return false;
    throw error;
  }
}

/** Whether an error of the system has one of these codes. Asks for the shape, not the class: such errors may come from another realm. */
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

/** /proc/<pid>/stat is `pid (name) state …`, and the name may hold spaces and brackets. */
function factsOf(pid: number): ProcessFacts | undefined {
  const stat = hasProc ? read(`/proc/${pid}/stat`) : undefined;
  if (stat === undefined) return undefined;
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")), state: rest[0] ?? "X", startTicks: rest[19] ?? "0" };
}

/** A process may end between any two looks at it: whatever cannot be read is not there. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
