import type { Writable } from "node:stream";
import { t } from "../words/translate.ts";
import { EXIT } from "./exit-codes.ts";
import { say } from "./output.ts";

/**
 * Runs a command, and resolves with its exit code when all its output is written: a pipe that is full takes
 * the rest later, and a process that exits before that cuts it off. A reader that has left (`| head`) is no
 * failure: the command is carried out without it. If the output cannot be written for another reason, such as
 * a full disk, the command could not run.
 */
export async function withWatchedOutput(
  command: () => Promise<number>,
  streams: readonly Writable[] = [process.stdout, process.stderr],
): Promise<number> {
  let failure: string | undefined;
  const note = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") failure ??= error.code ?? error.message;
  };
  for (const stream of streams) stream.on("error", note);
  try {
    const code = await command();
    await written(streams);
    if (failure === undefined) return code;
    say(t`dingtalk-scim: the output could not be written (${failure})`);
    await written(streams);
    return EXIT.couldNotRun;
  } finally {
    for (const stream of streams) stream.off("error", note);
  }
}

async function written(streams: readonly Writable[]): Promise<void> {
  await Promise.all(streams.map(drained));
  // The error of a write is an event of the next turn.
  await new Promise((resolve) => setImmediate(resolve));
}

const drained = (stream: Writable): Promise<void> =>
  stream.writableLength === 0
    ? Promise.resolve()
    : new Promise((resolve) => stream.write("", () => resolve()));
