import { Command, InvalidArgumentError } from "commander";
import { systemClock } from "../core/clock.ts";
import { nearest } from "../core/did-you-mean.ts";
import { operatorEvent } from "../reconcile/operator-event.ts";
import { LOOP_REASONS } from "../reconcile/reasons.ts";
import { DINGTALK_REASONS } from "../targets/dingtalk/client/reasons.ts";
import { withPool } from "./support/joined-pool.ts";
import { osUser } from "./support/os-user.ts";
import { print, printJson } from "./support/output.ts";
import { ACTOR } from "./support/records.ts";

const TARGET = "dingtalk";

export const retryCommand = (): Command =>
  new Command("retry")
    .description("one more try for everything that is not in sync for one reason; the running server does it")
    .requiredOption("--reason <code>", "reasonCode as the items tell it, such as mobileTaken", reasonCode)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nThe same as POST /api/sync/items/retry. Each keeps its reason until it was looked at again.\n\nExample:\n  $ dingtalk-scim retry --reason mobileTaken",
    )
    .action(async ({ reason, json }: { reason: string; json?: true }) => {
      const result = await withPool(async ({ pool }) => {
        const { createSyncOperations } = await import("../store/status/status.ts");
        const operations = createSyncOperations(pool, TARGET, systemClock);
        const detail = { reasonCode: reason, osUser: osUser() };
        const event = operatorEvent("operator.retry", { actor: ACTOR }, { clock: systemClock, target: TARGET }, detail);
        const count = await operations.retryAll(reason, event);
        return { reason, count, paused: (await operations.pause()) ?? null };
      });
      const { count, paused } = result;
      if (json) return printJson(result);
      print(count === 0 ? `Nothing is out of sync for the reason ${reason}.` : `${count} with the reason ${reason} are due now.`);
      if (count > 0 && paused) print(`Nothing is sent until ${paused.until.toISOString()}: ${paused.reason}`);
    });

function reasonCode(text: string): string {
  const known = [...LOOP_REASONS, ...DINGTALK_REASONS];
  if (known.includes(text)) return text;
  const meant = nearest(text, known, ({ length }) => Math.ceil(length / 4));
  throw new InvalidArgumentError(
    `there is no such reason${meant === undefined ? "; items tell them as reasonCode" : `; did you mean ${meant}?`}`,
  );
}
