import { Command } from "commander";
import { withApp } from "../database/app.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";

export const syncCommand = (): Command =>
  new Command("sync")
    .description(
      "compare everything with DingTalk now; differences become due, and the running server reconciles them",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Reads DingTalk's lists, a page at a time. Objects that are not ours are counted and never touched.
Exit code 1 if there were differences.

Example:
  $ dingtalk-scim sync`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { sweep } = await import("../../reconcile/compare/sweep.ts");
      const result = await keepAlive(() =>
        withInterrupt((signal) => withApp((app) => sweep(app, ACTOR, signal))),
      );
      const { compared, differing, missing, found, orphans, orphanExamples, repaired } = result;
      const wrong = differing + missing + found + repaired;
      if (json) printJson(result);
      else {
        say(
          t`${compared} of ours compared: ${differing} differ, ${missing} are missing, ${found} carry our id and should be looked after, ${repaired} had been forgotten; all of those are due now.`,
        );
        say(
          orphans > 0
            ? t`${orphans} are not ours and are left alone:`
            : t("Nothing in DingTalk belongs to others."),
        );
        for (const { kind, remoteId, name } of orphanExamples) print(`${kind}\t${remoteId}\t${name ?? ""}`);
      }
      if (wrong > 0) foundProblems();
    });
