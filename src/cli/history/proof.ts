import { Command } from "commander";
import { isUuid } from "../../core/id.ts";
import { withPool } from "../database/joined-pool.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const proofCommand = (): Command =>
  new Command("proof")
    .description("proof that one event is in the log, as text for offline use (C2SP tlog-proof)")
    .argument("<event>", "its id")
    .addHelpText(
      "after",
      "\nThe same as GET /api/history/ID/proof.\n\nExample:\n  $ dingtalk-scim history proof ID > event.tlog-proof",
    )
    .action(async (event: string) => {
      const text = isUuid(event) ? await proven(event) : undefined;
      if (text === undefined) {
        say(t`${event} is not an event of the log, or not in it yet.`);
        return foundProblems();
      }
      print(text.replace(/\n$/, ""));
    });

const proven = (event: string): Promise<string | undefined> =>
  withPool(async ({ pool }) => {
    const [{ createLogReader }, { proofOf }] = await Promise.all([
      import("../../store/history/log/reader.ts"),
      import("../../history/log/proof.ts"),
    ]);
    return proofOf(createLogReader(pool), event);
  });
