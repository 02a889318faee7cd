import { CommanderError } from "commander";
import { AppError, CannotStart } from "../core/errors.ts";
import { readLocale } from "../settings/environment.ts";
import { NotFoundHere } from "./database/not-found-here.ts";
import { createProgram } from "./program.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { say } from "./terminal/output.ts";
import { Interrupted } from "./terminal/signals.ts";
import { withWatchedOutput } from "./terminal/watched-output.ts";
import { START_PROBLEMS } from "./words/start-problems.ts";
import { speak, t, tLike } from "./words/translate.ts";

/** Runs one command. Resolves with its exit code and never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  speak(readLocale());
  return withWatchedOutput(async () => {
    try {
      await createProgram().parseAsync([...argv], { from: "user" });
      return Number(process.exitCode ?? EXIT.done);
    } catch (error) {
      return explained(error);
    }
  });
}

function explained(error: unknown): number {
  // Commander has already printed the error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badUsage;
  if (error instanceof Interrupted) {
    say(t("dingtalk-scim: interrupted"));
    return EXIT.couldNotRun;
  }
  if (error instanceof CannotStart) {
    say(t("dingtalk-scim cannot start:"));
    for (const problem of error.problems) say(`  - ${tLike(problem, START_PROBLEMS)}`);
    return EXIT.couldNotRun;
  }
  say(
    error instanceof AppError
      ? `dingtalk-scim: ${tLike(error.message, START_PROBLEMS)}`
      : `dingtalk-scim: unexpected error: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return error instanceof NotFoundHere ? EXIT.badUsage : EXIT.couldNotRun;
}
