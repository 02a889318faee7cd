import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Starts a TypeScript program as a process, through the command `prefix` (such as `unshare …`) if given. Its
 * standard input stays open until it is ended.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  prefix: readonly string[] = [],
): ChildProcess {
  const [command, ...rest] = [
    ...prefix,
    process.execPath,
    join(__dirname, "run-typescript.cjs"),
    file,
    ...args,
  ];
  return spawn(String(command), rest, { stdio: ["pipe", "pipe", "inherit"] });
}

/** The first line that a program prints. Rejects if the program ends without a line. */
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
