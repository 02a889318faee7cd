/** A line for people. Goes to stderr, so that stdout holds what programs read: log lines of the server, results of a command. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A line of a command's result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
