import { Command } from "commander";
import { withApp } from "./support/app.ts";
import { foundProblems } from "./support/exit-codes.ts";
import { keepAlive } from "./support/keep-alive.ts";
import { print, printJson, say } from "./support/output.ts";
import { withInterrupt } from "./support/signals.ts";

export const doctorCommand = (): Command =>
  new Command("doctor")
    .description(
      "check settings, database, mapping and what DingTalk lets the app do; ends a pause whose cause is gone, and changes nothing else",
    )
    .option("--json", "the result as JSON")
    .addHelpText("after", "\nExit code 1 when something is missing; each problem says what to do.\n\nExample:\n  $ dingtalk-scim doctor")
    .action(async ({ json }: { json?: true }) => {
      const result = await keepAlive(() =>
        withInterrupt((signal) =>
          withApp(async ({ config, mapping, target, store }) => {
            const problems = await target.check({ signal });
            const isWell = problems.every(({ isAdvice }) => isAdvice);
            const before = await store.paused();
            // What is mended is used at once, by whoever sees it first.
            if (before && isWell) await store.liftPause();
            const paused = (await store.paused()) ?? null;
            const lifted = before !== undefined && paused === null;
            return { organisation: config.dingtalk.kind, mode: config.syncMode, mapping: mapping.version, problems, paused, lifted };
          }),
        ),
      );
      const { organisation, mode, problems, paused, lifted } = result;
      if (json) printJson(result);
      else {
        for (const { code, text, remedy } of problems) print(`${text} (${code})\n  → ${remedy}`);
        if (paused) print(`Nothing is sent until ${paused.until.toISOString()}, or until this is fixed: ${paused.reason}`);
        if (lifted) print("Nothing was sent because of what is mended now: the loop goes on.");
        say(`Settings, mapping and database are good. DingTalk (${organisation}, mode ${mode}): ${problems.length} problems.`);
      }
      if (paused || problems.some(({ isAdvice }) => !isAdvice)) foundProblems();
    });
