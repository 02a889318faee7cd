import { Command } from "commander";
import { readBuild } from "../build.ts";
import { adoptCommand } from "./adopt.ts";
import { alertCommand } from "./alert.ts";
import { assessCommand } from "./assess.ts";
import { completionCommand } from "./completion.ts";
import { configCommand } from "./config.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { holdsCommand } from "./holds.ts";
import { loginLinkCommand } from "./login-link.ts";
import { mappingCommand } from "./mapping.ts";
import { migrateCommand } from "./migrate.ts";
import { modeCommand, pauseCommand, resumeCommand } from "./orders.ts";
import { planCommand } from "./plan.ts";
import { restoreCommand } from "./restore.ts";
import { retryCommand } from "./retry.ts";
import { serveCommand } from "./serve.ts";
import { simulatorCommand } from "./simulator.ts";
import { sourceCommand } from "./source.ts";
import { syncCommand } from "./sync.ts";
import { tokenCommand } from "./token.ts";
import { trustCommand } from "./trust.ts";

/** The command line; what a command needs beyond its options is loaded when it runs. Exit codes: 0 done, 1 found problems, 2 bad usage, 3 could not run. */
export function createProgram(): Command {
  const program = new Command("dingtalk-scim")
    .description("SCIM 2.0 provisioning server for DingTalk")
    .version(readBuild().version)
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 found problems, 2 bad usage, 3 could not run.\n`dingtalk-scim <command> --help` has examples.",
    );
  const commands = [
    serveCommand(),
    demoCommand(),
    tokenCommand(),
    loginLinkCommand(),
    trustCommand(),
    sourceCommand(),
    assessCommand(),
    adoptCommand(),
    planCommand(),
    syncCommand(),
    retryCommand(),
    pauseCommand(),
    resumeCommand(),
    modeCommand(),
    holdsCommand(),
    restoreCommand(),
    doctorCommand(),
    alertCommand(),
    mappingCommand(),
    migrateCommand(),
    simulatorCommand(),
    configCommand(),
    completionCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return strict(program);
}

/** Settings that commander does not hand down to commands added to others. */
function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError("(--help tells more)").showSuggestionAfterError(true);
  for (const sub of command.commands) strict(sub);
  return command;
}
