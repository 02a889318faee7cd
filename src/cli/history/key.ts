import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { print } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const keyCommand = (): Command =>
  new Command("key")
    .description("the verifier keys of the log, one per line; the current one first")
    .addHelpText(
      "after",
      "\nThe same as GET /history/key. Keep it where the owner of the database cannot change it.",
    )
    .option(
      "--rotate",
      "replace the key; one checkpoint is signed with both keys; run this where the workers run",
    )
    .action(async ({ rotate }: { rotate?: true }) => {
      if (rotate) await rotated();
      const keys = await withPool(async ({ pool }) => {
        const { createLogReader } = await import("../../store/history/log/reader.ts");
        return createLogReader(pool).keys();
      });
      if (keys.length === 0) throw new CannotStart([t("there is no log yet: the worker begins it")]);
      for (const key of keys) print(key);
    });

const rotated = (): Promise<string> =>
  withPool(async (joined) => {
    const { rotateLogKey } = await import("../../keys/rotate-log-key.ts");
    return rotateLogKey({ ...joined, clock: systemClock }, { actor: ACTOR, detail: { osUser: osUser() } });
  });
