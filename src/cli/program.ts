import { Command } from "commander";
import { readBuild } from "../process/build.ts";
import { loginLinkCommand } from "./access/login-link.ts";
import { sourceCommand } from "./access/source.ts";
import { tokenCommand } from "./access/token.ts";
import { trustCommand } from "./access/trust.ts";
import { assessCommand } from "./assess/assess.ts";
import { evidenceCommand } from "./history/evidence.ts";
import { historyCommand } from "./history/history.ts";
import { peopleCommand } from "./import/people.ts";
import { workdayCommand } from "./import/workday.ts";
import { alertCommand } from "./install/alert.ts";
import { completionCommand } from "./install/completion.ts";
import { configCommand } from "./install/config.ts";
import { databaseCommand } from "./install/database.ts";
import { demoCommand } from "./install/demo.ts";
import { doctorCommand } from "./install/doctor.ts";
import { migrateCommand } from "./install/migrate.ts";
import { serveCommand } from "./install/serve.ts";
import { simulatorCommand } from "./install/simulator.ts";
import { adoptCommand } from "./operate/adopt.ts";
import { feedCommand } from "./operate/feed.ts";
import { holdsCommand } from "./operate/holds.ts";
import { joinsCommand } from "./operate/joins.ts";
import { mappingCommand } from "./operate/mapping.ts";
import { modeCommand, pauseCommand, resumeCommand } from "./operate/orders.ts";
import { planCommand } from "./operate/plan.ts";
import { restoreCommand } from "./operate/restore.ts";
import { retryCommand } from "./operate/retry.ts";
import { syncCommand } from "./operate/sync.ts";
import { subjectCommand } from "./subject/subject.ts";
import { localized } from "./words/localized.ts";

/**
 * The command line. Modules of a command are loaded when it runs. Exit codes: 0 done, 1 found problems, 2 bad
 * usage, 3 could not run.
 */
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
    peopleCommand(),
    workdayCommand(),
    assessCommand(),
    adoptCommand(),
    joinsCommand(),
    planCommand(),
    syncCommand(),
    retryCommand(),
    pauseCommand(),
    resumeCommand(),
    modeCommand(),
    holdsCommand(),
    restoreCommand(),
    historyCommand(),
    subjectCommand(),
    evidenceCommand(),
    doctorCommand(),
    alertCommand(),
    feedCommand(),
    mappingCommand(),
    migrateCommand(),
    databaseCommand(),
    simulatorCommand(),
    configCommand(),
    completionCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  return localized(strict(program));
}

/** Sets options that commander does not pass on to added commands. */
function strict(command: Command): Command {
  command.exitOverride().showHelpAfterError("(see --help)").showSuggestionAfterError(true);
  for (const sub of command.commands) strict(sub);
  return command;
}
