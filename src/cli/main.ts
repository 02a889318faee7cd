import { CommanderError } from "commander";
import { AppError, CannotStart } from "../core/errors.ts";
import { say } from "./output.ts";
import { createProgram } from "./program.ts";

const BAD_USAGE = 2;
const COULD_NOT_RUN = 3;

/** Runs one command and answers its exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return explained(error);
  }
}

function explained(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
  if (error instanceof CannotStart) {
    say("dingtalk-scim cannot start:");
    for (const problem of error.problems) say(`  - ${problem}`);
    return COULD_NOT_RUN;
  }
  say(
    error instanceof AppError
      ? `dingtalk-scim: ${error.message}`
      : `dingtalk-scim: unexpected error: ${(error as Error)?.stack ?? String(error)}`,
  );
  return COULD_NOT_RUN;
}
