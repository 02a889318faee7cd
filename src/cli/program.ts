import { Command } from "commander";
import { serveCommand } from "./serve.ts";

/** The command line. Exit codes: 0 done, 1 found problems, 2 bad usage, 3 could not run. */
export function createProgram(): Command {
  const program = new Command("dingtalk-scim");
  program.description("SCIM 2.0 provisioning server for DingTalk").showHelpAfterError("(--help tells more)").exitOverride();
  program.addCommand(serveCommand());
  return program;
}
