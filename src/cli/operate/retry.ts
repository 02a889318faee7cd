import { Command, InvalidArgumentError } from "commander";
import { nearest } from "../../core/text/did-you-mean.ts";
import { LOOP_REASONS } from "../../reconcile/reasons.ts";
import { DINGTALK_REASONS } from "../../targets/dingtalk/client/answers/reasons.ts";
import { withOperations } from "../database/operations.ts";
import { print, printJson } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const retryCommand = (): Command =>
  new Command("retry")
    .description("retry everything that is not in sync for one reason; the running server does it")
    .requiredOption("--reason <code>", "reasonCode of the items, such as mobileTaken", reasonCode)
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nThe same as POST /api/sync/items/retry. Each entity keeps its reason until it is checked again.\n\nExample:\n  $ dingtalk-scim retry --reason mobileTaken",
    )
    .action(async ({ reason, json }: { reason: string; json?: true }) => {
      const result = await withOperations(async ({ operations, event }) => {
        const count = await operations.retryAll(reason, event("operator.retry", { reasonCode: reason }));
        return { reason, count, paused: (await operations.pause()) ?? null };
      });
      const { count, paused } = result;
      if (json) return printJson(result);
      print(
        count === 0
          ? t`Nothing is out of sync for the reason ${reason}.`
          : t`${count} with the reason ${reason} are due now.`,
      );
      if (count > 0 && paused)
        print(t`Nothing is sent until ${paused.until.toISOString()}: ${paused.reason}`);
    });

function reasonCode(text: string): string {
  const known = [...LOOP_REASONS, ...DINGTALK_REASONS];
  if (known.includes(text)) return text;
  const meant = nearest(text, known, ({ length }) => Math.ceil(length / 4));
  throw new InvalidArgumentError(
    meant === undefined
      ? t("there is no such reason; items tell them as reasonCode")
      : t`there is no such reason; did you mean ${meant}?`,
  );
}
