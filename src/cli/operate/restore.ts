import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import { PUT_BACK_TEXTS, type PutBackRequest } from "../../reconcile/guard/put-back.ts";
import { TARGET } from "../../targets/target-name.ts";
import { personMeant } from "../database/find-person.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

interface Options {
  readonly hold?: string;
  readonly json?: true;
}

export const restoreCommand = (): Command =>
  new Command("restore")
    .description("put back people whom the loop has removed; the running server does it")
    .argument(
      "[person...]",
      "id or userName; also name, e-mail address, job number, last digits of the mobile number",
    )
    .option(
      "--hold <id>",
      "all people removed under this hold, before its limit was reached or by its approval",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nThe same as POST /api/sync/restore. Only people who are active in the directory are put back, within 30 days of their removal. Exit code 1 if anybody is not put back.\n\nExamples:\n  $ dingtalk-scim restore mei.chan@example.com\n  $ dingtalk-scim restore --hold 0198c6a2-3c1e-4a52-9d7e-1f0c5b7e2a11",
    )
    .action(async (people: readonly string[], { hold, json }: Options, command: Command) => {
      if ((people.length === 0) === (hold === undefined))
        command.error("error: name people, or a hold with --hold");
      const result = await withPool(async ({ pool }) => {
        const { createPutBack } = await import("../../store/status/put-back.ts");
        const idOf = async (named: string) =>
          isUuid(named) ? named : (await personMeant({ pool, clock: systemClock }, named)).ref.id;
        const request: PutBackRequest =
          hold === undefined ? { ids: await Promise.all(people.map(idOf)) } : { hold };
        return createPutBack(pool, TARGET, systemClock).putBack(
          request,
          { actor: ACTOR },
          { osUser: osUser() },
        );
      });
      if (!result) {
        say(t`there is no hold ${hold ?? ""}`);
        return foundProblems();
      }
      if (result.restoring < result.people.length || result.people.length === 0) foundProblems();
      if (json) return printJson(result);
      for (const { id, name, result: what } of result.people)
        if (what !== "restoring") print(`${name ?? id}${name ? ` (${id})` : ""}: ${t(PUT_BACK_TEXTS[what])}`);
      print(
        result.people.length === 0
          ? t("No people were removed under this hold.")
          : t`${result.restoring} of ${result.people.length} are put back.`,
      );
    });
