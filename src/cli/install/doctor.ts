import { Command } from "commander";
import { adviceOf } from "../../alerts/settings.ts";
import { policyAdvice } from "../../policy/advice.ts";
import { modeInForce } from "../../reconcile/process/orders.ts";
import { withApp } from "../database/app.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { reasonIn } from "../words/reason.ts";
import { t } from "../words/translate.ts";

export const doctorCommand = (): Command =>
  new Command("doctor")
    .description(
      "check settings, database, mapping and the app's permissions in DingTalk; ends a pause whose cause is gone, and changes nothing else",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nExit code 1 when something is missing; each problem says what to do.\n\nExample:\n  $ dingtalk-scim doctor",
    )
    .action(async ({ json }: { json?: true }) => {
      const result = await keepAlive(() =>
        withInterrupt((signal) =>
          withApp(async ({ config, mapping, policy, target, store }) => {
            const found = await target.check({ signal });
            const isWell = found.every(({ isAdvice }) => isAdvice);
            const advice = [
              ...adviceOf(config.alerts, { isReal: config.dingtalk.kind === "organisation" }),
              ...policyAdvice(policy, mapping.settings),
            ];
            const problems = [
              ...found,
              ...advice.map((each) => ({ ...each, concerns: "everybody" as const, isAdvice: true })),
            ];
            const before = await store.paused();
            // A pause ends when any process finds that its cause is gone.
            if (before && isWell) await store.liftPause();
            const paused = (await store.paused()) ?? null;
            const lifted = before !== undefined && paused === null;
            const { halted, mode: ordered } = await store.orders();
            const ceiling = config.syncMode;
            const mode = modeInForce(ceiling, ordered);
            const organisation = config.dingtalk.kind;
            const held = (await store.openHoldOfRules()) ?? null;
            return {
              organisation,
              mode,
              ceiling,
              mapping: mapping.version,
              problems,
              paused,
              stopped: halted ?? null,
              lifted,
              held,
            };
          }),
        ),
      );
      const { organisation, mode, ceiling, problems, paused, stopped, lifted, held } = result;
      const modeText = mode === ceiling ? mode : `${mode}, below SYNC_MODE ${ceiling}`;
      if (json) printJson(result);
      else {
        for (const { code, text, remedy } of problems) {
          const [what, next] = reasonIn(code, { reason: text, remedy });
          print(`${what} (${code})`);
          // The problems of the check are more precise and in English.
          if (what !== text) print(`  → ${next}\n  ${text}`);
          print(`  → ${remedy}`);
        }
        if (stopped)
          print(
            t`Stopped by ${stopped.by} since ${stopped.since.toISOString()}: ${stopped.reason}\n  → dingtalk-scim resume`,
          );
        if (held)
          print(
            t`Mapping ${held.mapping} or policy ${held.policy} is held since ${held.openedAt.toISOString()}: it would change more than the limits allow\n  → dingtalk-scim holds show ${held.id}`,
          );
        if (held)
          print(
            held.leaversGoOn
              ? t("  Leavers go on; everything else waits.")
              : t("  Everything waits, leavers too."),
          );
        if (paused)
          print(
            t`Nothing is sent until ${paused.until.toISOString()}, or until this is fixed: ${paused.reason}`,
          );
        if (lifted) print(t("The cause of the pause is gone; the loop continues."));
        say(
          t`Settings, mapping and database are good. DingTalk (${organisation}, mode ${modeText}): ${problems.length} problems.`,
        );
      }
      if (paused || stopped || held || problems.some(({ isAdvice }) => !isAdvice)) foundProblems();
    });
