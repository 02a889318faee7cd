import { readFileSync, writeFileSync } from "node:fs";

/* What processes use of the machine, as Linux tells it: proc(5). */

const TICK_MS = 10;

/** Processor time of a process so far, in milliseconds. */
export function cpuMsOf(pid: number): number {
  const fields = statOf(pid);
  return (fields[USER]! + fields[SYSTEM]!) * TICK_MS;
}

/**
 * Of a process and its children, those that have ended included: a PostgreSQL with its backends, by the pid
 * of its postmaster.
 */
export function cpuMsWithChildren(pid: number): number {
  const fields = statOf(pid);
  const ended = (fields[ENDED_USER]! + fields[ENDED_SYSTEM]!) * TICK_MS;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
  // One that ends between the two looks counts with the ended from the next time on.
  return children.reduce((sum, child) => sum + (stillThere(() => cpuMsOf(child)) ?? 0), cpuMsOf(pid) + ended);
}

export const rssMbOf = (pid: number): number => statusMb(pid, "VmRSS");

/** The most since the process began, or since `forgetPeak`. */
export const peakRssMbOf = (pid: number): number => statusMb(pid, "VmHWM");

export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, "5");

/** utime, stime, cutime and cstime among the fields that follow the name. */
const [USER, SYSTEM, ENDED_USER, ENDED_SYSTEM] = [11, 12, 13, 14] as const;

const statOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").map(Number);

const statusMb = (pid: number, name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) /
  1_024;

function stillThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
