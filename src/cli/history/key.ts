import { Command } from "commander";
import { CannotStart } from "../../core/errors.ts";
import { withPool } from "../support/joined-pool.ts";
import { print } from "../support/output.ts";

export const keyCommand = (): Command =>
  new Command("key")
    .description("the verifier key of the log, a line for each; the one in force first")
    .addHelpText("after", "\nThe same as GET /history/key. Keep it where the owner of the database cannot change it.")
    .action(async () => {
      const keys = await withPool(async ({ pool }) => {
        const { createLogReader } = await import("../../store/history/log/reader.ts");
        return createLogReader(pool).keys();
      });
      if (keys.length === 0) throw new CannotStart(["there is no log yet: the worker begins it"]);
      for (const key of keys) print(key);
    });
