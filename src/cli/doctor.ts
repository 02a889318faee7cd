import { Command } from "commander";
import { foundProblems } from "./exit-codes.ts";
import { withHouse } from "./house.ts";
import { keepAlive } from "./keep-alive.ts";
import { print, printJson, say } from "./output.ts";
import { withInterrupt } from "./signals.ts";

export const doctorCommand = (): Command =>
  new Command("doctor")
    .description("check settings, database, mapping and what DingTalk lets the app do; changes nothing")
    .option("--json", "the result as JSON")
    .addHelpText("after", "\nExit code 1 when something is missing; each problem says what to do.\n\nExample:\n  $ dingtalk-scim doctor")
    .action(async ({ json }: { json?: true }) => {
      const result = await keepAlive(() =>
        withInterrupt((signal) =>
          withHouse(async ({ config, mapping, target }) => ({
            organisation: config.dingtalk.kind,
            mode: config.syncMode,
            mapping: mapping.version,
            problems: await target.check({ signal }),
          })),
        ),
      );
      const { organisation, mode, problems } = result;
      if (json) printJson(result);
      else {
        for (const { code, text, remedy } of problems) print(`${text} (${code})\n  → ${remedy}`);
        say(`Settings, mapping and database are good. DingTalk (${organisation}, mode ${mode}): ${problems.length} problems.`);
      }
      if (problems.some(({ isAdvice }) => !isAdvice)) foundProblems();
    });
