import type { Logger } from "../../../src/core/logger.ts";
import { takeTurns } from "../../../src/core/turns.ts";

/** Turns of these outcomes, and then a stop; how long each waited for the next, and what the log says. */
async function after(outcomes: readonly (number | undefined | Error)[], worksAgain?: string) {
  const waits: number[] = [];
  const lines: string[] = [];
  const line = (level: string) => (fields: object, text: string) =>
    void lines.push(`${level} ${Object.keys(fields).join(" ")}: ${text}`);
  const logger: Logger = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
  const left = [...outcomes];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const turns = takeTurns(
    async () => {
      const outcome = left.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    {
      clock: {
        async sleep(ms, signal) {
          waits.push(ms);
          if (left.length > 0) return;
          end();
          await new Promise<void>((resolve) => signal!.addEventListener("abort", () => resolve()));
        },
      },
      logger,
      everyMs: 500,
      failed: "it failed",
      fields: { task: "one" },
      ...(worksAgain === undefined ? {} : { worksAgain }),
    },
  );
  await ended;
  await turns.stop();
  return { waits, lines };
}

const outage = new Error("away");

test("a turn says how long the next one waits, or leaves it as it is", async () => {
  expect(await after([undefined, 20, undefined])).toEqual({ waits: [500, 20, 500], lines: [] });
});

test("of failures in a row the first is a line, and the next turn comes", async () => {
  const { waits, lines } = await after([outage, outage, outage]);
  expect(waits).toEqual([500, 500, 500]);
  expect(lines).toEqual(["warn task error: it failed"]);
});

test("a failure after a turn that worked is a line again, and that it works is told where somebody wants to know", async () => {
  expect((await after([outage, undefined, outage])).lines).toEqual([
    "warn task error: it failed",
    "warn task error: it failed",
  ]);
  expect((await after([outage, undefined, undefined], "it works")).lines).toEqual([
    "warn task error: it failed",
    "info task: it works",
  ]);
});

test("a stop waits for the turn that runs, and what fails for that reason is no line", async () => {
  const lines: string[] = [];
  const note = (_fields: object, text: string) => void lines.push(text);
  let ended = false;
  const turns = takeTurns(
    async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      ended = true;
      throw signal.reason;
    },
    {
      clock: { sleep: async () => undefined },
      logger: { debug: note, info: note, warn: note, error: note },
      everyMs: 1,
      failed: "it failed",
    },
  );
  await turns.stop();
  expect([ended, lines]).toEqual([true, []]);
});

test.each([
  ["worked", undefined, []],
  ["failed", outage, ["error: it failed"]],
] as const)("the first turn is waited for, and one that %s has ended", async (_name, failure, expected) => {
  const lines: string[] = [];
  let ended = 0;
  const line = (level: string) => (_fields: object, text: string) => void lines.push(`${level}: ${text}`);
  const turns = takeTurns(
    async () => {
      await Promise.resolve();
      ended += 1;
      if (failure) throw failure;
    },
    {
      clock: { sleep: async () => undefined },
      logger: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
      everyMs: 1,
      failed: "it failed",
      level: "error",
    },
  );
  await turns.first;
  expect(ended).toBeGreaterThan(0);
  await turns.stop();
  expect(lines).toEqual(expected);
});
