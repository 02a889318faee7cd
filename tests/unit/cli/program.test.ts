import type { Command } from "commander";
import { main } from "../../../src/cli/main.ts";
import { createProgram } from "../../../src/cli/program.ts";

/** Runs a command and answers its exit code and all it wrote. */
async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  const hear = (chunk: unknown): boolean => {
    said += String(chunk);
    return true;
  };
  const streams = [
    jest.spyOn(process.stdout, "write").mockImplementation(hear),
    jest.spyOn(process.stderr, "write").mockImplementation(hear),
  ];
  try {
    return { code: await main(args), said };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

const pathsOf = (command: Command, above: readonly string[] = []): readonly (readonly string[])[] =>
  command.commands.flatMap((each) => [[...above, each.name()], ...pathsOf(each, [...above, each.name()])]);

test.each(pathsOf(createProgram()).map((path) => [path.join(" "), path] as const))(
  "%s has help",
  async (name, path) => {
    const { code, said } = await run(...path, "--help");
    expect([code, said]).toEqual([0, expect.stringContaining(`Usage: dingtalk-scim ${name}`)]);
  },
);

test("the help of the whole names every command and the exit codes", async () => {
  const { code, said } = await run("--help");
  expect(code).toBe(0);
  for (const command of createProgram().commands) expect(said).toContain(`  ${command.name()}`);
  expect(said).toContain("Exit codes: 0 done, 1 found problems, 2 bad usage, 3 could not run");
});

test.each([
  ["an unknown command", ["servve"], "Did you mean serve?"],
  ["an unknown command below another", ["token", "lst"], "Did you mean list?"],
  ["an unknown option", ["demo", "--user", "3"], "Did you mean --users?"],
  ["a number that is none", ["demo", "--users", "many"], "must be a whole number from 1 to 100000"],
  ["a number out of bounds", ["token", "create", "--name", "x", "--expires", "400"], "from 1 to 366"],
  [
    "a scope that does not exist",
    ["token", "create", "--name", "x", "--scope", "admin,root"],
    "root is none of provision",
  ],
  [
    "a kind that does not exist",
    ["source", "create", "--name", "x", "--kind", "sap"],
    "Allowed choices are entra",
  ],
  ["a missing option", ["token", "create"], "--name"],
  ["a tenant that is a name", ["trust", "add", "--tenant", "contoso.com"], "must be an id such as"],
  [
    "a subject with blanks in it",
    ["trust", "add", "--subject", "two words"],
    "must be one text without blanks",
  ],
  ["a trust without its claims", ["trust", "add", "--name", "x"], "'--tenant <id>' not specified"],
  [
    "a trust that nobody can have",
    ["trust", "remove", "nobody"],
    "there is no trust with the client id nobody",
  ],
  [
    "a reason that is none",
    ["retry", "--reason", "mobile taken"],
    "there is no such reason; did you mean mobileTaken?",
  ],
  ["too much", ["serve", "now"], "too many arguments"],
  ["no command", [], "Usage:"],
  ["half a command", ["token"], "Usage:"],
])("%s is bad usage", async (_what, args, told) => {
  expect(await run(...args)).toEqual({ code: 2, said: expect.stringContaining(told) });
});
