import { Argument, Command } from "commander";
import { SYNC_MODES, type SyncMode } from "../../reconcile/policy.ts";
import { withOperations } from "../database/operations.ts";
import { ACTOR } from "../database/records.ts";
import { nonEmptyText } from "../options/non-empty-text.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

/* Pause, resume and mode. A running server follows within two seconds. */

interface Options {
  readonly json?: true;
}

export const pauseCommand = (): Command =>
  new Command("pause")
    .description(
      "stop all writes of every process to DingTalk until `resume`; SCIM requests are still answered",
    )
    .requiredOption("--reason <text>", "why, for the others and for the history", nonEmptyText)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      '\nKept over restarts.\n\nExample:\n  $ dingtalk-scim pause --reason "wrong filter at the source"',
    )
    .action(async ({ reason, json }: Options & { readonly reason: string }) => {
      await withOperations(({ operations, event }) =>
        operations.halt({ by: ACTOR, reason }, event("operator.pause", { reason })),
      );
      if (json) return printJson({ paused: true, reason });
      say(
        t("Nothing is sent to DingTalk any more, within two seconds. `dingtalk-scim resume` lets it go on."),
      );
    });

export const resumeCommand = (): Command =>
  new Command("resume")
    .description("resume writes to DingTalk after `pause`")
    .option("--json", "the result as JSON")
    .action(async ({ json }: Options) => {
      const before = await withOperations(async ({ operations, event }) => {
        const { halted } = await operations.orders();
        await operations.goOn(event("operator.resume"));
        return halted;
      });
      if (json) return printJson({ paused: false, was: before ?? null });
      say(
        before
          ? t`Writes continue. They were stopped by ${before.by} since ${before.since.toISOString()}: ${before.reason}`
          : t("Nothing was stopped."),
      );
    });

export const modeCommand = (): Command =>
  new Command("mode")
    .description("lower or raise the mode while the server runs, never above SYNC_MODE")
    .addArgument(
      new Argument("<mode>", "observe plans only, upsert never removes, sync does all").choices(SYNC_MODES),
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nKept over restarts. Exit code 1 when SYNC_MODE does not allow the mode.\n\nExample:\n  $ dingtalk-scim mode observe",
    )
    .action(async (mode: SyncMode, { json }: Options) => {
      const { modeOrder } = await import("../../reconcile/process/orders.ts");
      const { ceiling, isAllowed } = await withOperations(async ({ operations, event, own }) => {
        const order = modeOrder(mode, await operations.processes(), own);
        if (order.isAllowed)
          await operations.orderMode(order.stored, event("operator.mode", { mode, ceiling: order.ceiling }));
        return order;
      });
      if (!isAllowed) foundProblems();
      if (json) return printJson({ mode: isAllowed ? mode : null, ceiling });
      say(
        isAllowed
          ? t`The mode is ${mode}, for every process within two seconds.`
          : t`The mode ${mode} is above ${ceiling}, which SYNC_MODE allows at most. Nothing was changed.`,
      );
    });
