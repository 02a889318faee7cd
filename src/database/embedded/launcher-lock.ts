import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { identityOf, isAliveAs, isErrno } from "./processes.ts";
import { pause } from "./until.ts";

const ATTEMPTS = 8;

/**
 * Locks a directory for this process. Returns a function that releases it. A lock of a dead process does not
 * count. Rejects with `CannotStart` if a living process holds the directory; the message has its pid.
 *
 * Each process first writes a file with its identity as name, and then reads the files of the others. No
 * other process can have this name. So the file of a dead process can be removed without the risk of removing
 * a new one. If two processes start together, at least one sees the other and withdraws.
 */
export async function holdDirectory(directory: string, clock: Clock): Promise<() => void> {
  const claims = join(directory, "launchers");
  const mine = identityOf(process.pid);
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt += 1) {
    claim(join(claims, mine), directory);
    const rival = livingRival(claims, mine);
    if (rival === undefined) return () => rmSync(join(claims, mine), { force: true });
    rmSync(join(claims, mine));
    if (attempt === ATTEMPTS) throw heldBy(Number.parseInt(rival, 10), directory);
    // A random pause, so that two processes that withdrew together do not try again together.
    await pause(clock, 20 + Math.random() * 60);
  }
}

function claim(path: string, directory: string): void {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    throw isErrno(error, "EEXIST") ? heldBy(process.pid, directory) : error;
  }
}

function livingRival(claims: string, mine: string): string | undefined {
  const others = readdirSync(claims).filter((name) => name !== mine);
  const living = others.filter(isAliveAs);
  for (const dead of others.filter((name) => !living.includes(name)))
    rmSync(join(claims, dead), { force: true });
  return living[0];
}

function heldBy(pid: number, directory: string): CannotStart {
  return new CannotStart([
    `the embedded database in ${directory} is in use by process ${pid}; stop it first, or choose another DATA_DIR`,
  ]);
}
