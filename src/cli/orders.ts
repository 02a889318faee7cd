import { Argument, Command, InvalidArgumentError } from "commander";
import type { JsonObject } from "../core/entity.ts";
import type { HistoryEvent } from "../history/event.ts";
import { operatorEvent } from "../reconcile/operator-event.ts";
import { SYNC_MODES, type SyncMode } from "../reconcile/policy.ts";
import type { SyncOperations } from "../reconcile/status.ts";
import { foundProblems } from "./support/exit-codes.ts";
import { osUser } from "./support/os-user.ts";
import { printJson, say } from "./support/output.ts";
import { ACTOR } from "./support/records.ts";

/* Stop, go on, and the mode, beside a running server: it follows within two seconds. */

interface Options {
  readonly json?: true;
}

export const pauseCommand = (): Command =>
  new Command("pause")
    .description("stop all writes to DingTalk, of every process, until `resume`; SCIM goes on being answered")
    .requiredOption("--reason <text>", "why, for the others and for the history", said)
    .option("--json", "the result as JSON")
    .addHelpText("after", '\nKept over restarts.\n\nExample:\n  $ dingtalk-scim pause --reason "wrong filter at the source"')
    .action(async ({ reason, json }: Options & { readonly reason: string }) => {
      await withOrders(({ operations, event }) => operations.halt({ by: ACTOR, reason }, event("operator.pause", { reason })));
      if (json) return printJson({ paused: true, reason });
      say("Nothing is sent to DingTalk any more, within two seconds. `dingtalk-scim resume` lets it go on.");
    });

export const resumeCommand = (): Command =>
  new Command("resume")
    .description("let writes to DingTalk go on after `pause`")
    .option("--json", "the result as JSON")
    .action(async ({ json }: Options) => {
      const before = await withOrders(async ({ operations, event }) => {
        const { halted } = await operations.orders();
        await operations.goOn(event("operator.resume"));
        return halted;
      });
      if (json) return printJson({ paused: false, was: before ?? null });
      say(
        before
          ? `Writes go on. They were stopped by ${before.by} since ${before.since.toISOString()}: ${before.reason}`
          : "Nothing was stopped.",
      );
    });

export const modeCommand = (): Command =>
  new Command("mode")
    .description("lower or raise the mode while the server runs, never above SYNC_MODE")
    .addArgument(new Argument("<mode>", "observe plans only, upsert never removes, sync does all").choices(SYNC_MODES))
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nKept over restarts. Exit code 1 when SYNC_MODE does not allow the mode.\n\nExample:\n  $ dingtalk-scim mode observe",
    )
    .action(async (mode: SyncMode, { json }: Options) => {
      const { ceilingOf, isAbove } = await import("../reconcile/process/orders.ts");
      const ceiling = await withOrders(async ({ operations, event, own }) => {
        const highest = ceilingOf(await operations.processes(), own);
        if (!isAbove(mode, highest))
          await operations.orderMode(mode === highest ? undefined : mode, event("operator.mode", { mode, ceiling: highest }));
        return highest;
      });
      const refused = isAbove(mode, ceiling);
      if (refused) foundProblems();
      if (json) return printJson({ mode: refused ? null : mode, ceiling });
      say(
        refused
          ? `The mode ${mode} is above ${ceiling}, which SYNC_MODE allows at most. Nothing was changed.`
          : `The mode is ${mode}, for every process within two seconds.`,
      );
    });

function said(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("must say why");
  return text.trim();
}

interface Work {
  readonly operations: SyncOperations;
  /** SYNC_MODE as this command sees it. */
  readonly own: SyncMode;
  event(code: Parameters<typeof operatorEvent>[0], detail?: JsonObject): HistoryEvent;
}

async function withOrders<T>(work: (parts: Work) => Promise<T>): Promise<T> {
  const [{ withPool }, { createSyncOperations }, { systemClock }] = await Promise.all([
    import("./support/joined-pool.ts"),
    import("../store/status/status.ts"),
    import("../core/clock.ts"),
  ]);
  return withPool(({ pool, config }) =>
    work({
      operations: createSyncOperations(pool, "dingtalk", systemClock),
      own: config.syncMode,
      event: (code, detail) =>
        operatorEvent(code, { actor: ACTOR }, { clock: systemClock, target: "dingtalk" }, { ...detail, osUser: osUser() }),
    }),
  );
}
