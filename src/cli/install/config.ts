import { Command } from "commander";
import { effectiveSettings } from "../../settings/effective-settings.ts";
import { readSources, unknownSettings } from "../../settings/environment.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { printJson, printTable, say, warn } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const configCommand = (): Command =>
  new Command("config")
    .description(
      "the current settings and their origin; secrets are masked. Exit code 1 if the server could not start with them",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ dingtalk-scim config
  $ dingtalk-scim config --json | jq '.settings[] | select(.from != "default")'`,
    )
    .action(({ json }: { json?: true }) => {
      const { environment, inFile, fromFile } = readSources();
      const { settings, problems } = effectiveSettings(environment, fromFile);
      for (const line of unknownSettings(environment, inFile)) warn(line);
      if (json)
        printJson({ settings: settings.map(({ value = null, ...rest }) => ({ ...rest, value })), problems });
      else {
        printTable(
          ["setting", "value", "from"],
          settings.map(({ name, value = t("(not set)"), from }) => [name, value, from]),
        );
        for (const problem of problems) say(`  - ${problem}`);
      }
      if (problems.length > 0) foundProblems();
    });
