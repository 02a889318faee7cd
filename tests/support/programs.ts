import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A TypeScript program as a process of its own, started through `prefix` (such as `unshare …`) if given. Its input stays open until it is ended. */
export function startProgram(file: string, args: readonly string[], prefix: readonly string[] = []): ChildProcess {
  const [command, ...rest] = [...prefix, process.execPath, join(__dirname, "run-typescript.cjs"), file, ...args];
  return spawn(String(command), rest, { stdio: ["pipe", "pipe", "inherit"] });
}

/** The first line a program prints; rejects if it ends without one. */
export function firstLine(program: ChildProcess): Promise<string> {
  const lines = createInterface({ input: program.stdout! });
  return new Promise((resolve, reject) => {
    lines.once("line", resolve);
    lines.once("close", () => reject(new Error(`${program.spawnfile} ended and said nothing`)));
  });
}

export async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode === null && program.signalCode === null) await once(program, "exit");
}
