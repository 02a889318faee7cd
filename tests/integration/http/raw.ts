import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Sends bytes as they are and gives back everything the server said until it closed the connection, or until
 * `enough` holds.
 */
export function exchange(
  port: number,
  write: readonly (string | Buffer)[],
  enough: (said: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let said = "";
    let failure: Error | undefined;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      said += text;
      if (enough(said)) socket.destroy();
    });
    // A reset is only a failure when it swallowed the answer; the test sees that by what was said.
    socket.on("error", (error) => {
      failure = error;
    });
    socket.on("close", () => (said === "" && failure ? reject(failure) : resolve(said)));
    for (const part of write) socket.write(part);
  });
}

export const head = (lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

export const statusOf = (said: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1]);

/** Whole answers, by the length they state. */
export const isWhole = (said: string): boolean => {
  const end = said.indexOf("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(said)?.[1];
  return end >= 0 && length !== undefined && said.length >= end + 4 + Number(length);
};

/** Turns the event loop until the condition holds; the test's own time-out ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}
