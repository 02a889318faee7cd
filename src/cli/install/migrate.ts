import { Command } from "commander";
import type { MigrationState } from "../../database/migrate.ts";
import { loadConfig } from "../../settings/load-config.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { printJson, printTable, say, warn } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const migrateCommand = (): Command =>
  new Command("migrate")
    .description("migrate the database to this version; `serve` does this automatically")
    .option("--status", "only show pending migrations; exit code 1 if there are any")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ DATABASE_URL=postgresql://owner@db/scim dingtalk-scim migrate
  $ dingtalk-scim migrate --status`,
    )
    .action(async ({ status, json }: { status?: true; json?: true }) => {
      const states = await migrations(status ? "look" : "apply");
      const pending = states.filter(({ applied }) => !applied).length;
      if (json) printJson({ upToDate: pending === 0, migrations: states });
      else {
        printTable(
          ["migration", "state"],
          states.map(({ name, applied }) => [name, t(applied ? "applied" : "to be applied")]),
        );
        say(
          pending === 0
            ? t("The database is up to date.")
            : t`${pending} migrations are to be applied; \`migrate\` does it.`,
        );
      }
      if (pending > 0) foundProblems();
    });

async function migrations(purpose: "look" | "apply"): Promise<readonly MigrationState[]> {
  const { databaseUrl, dataDir } = loadConfig(warn);
  const [{ openDatabase, reachDatabase }, { migrationStates }, { createLogger }, { migrationsDirectory }] =
    await Promise.all([
      import("../../database/open.ts"),
      import("../../database/migrate.ts"),
      import("../../process/log.ts"),
      import("../../process/paths.ts"),
    ]);
  const logger = createLogger({ level: "silent" });
  const database = await reachDatabase({ url: databaseUrl?.reveal(), dataDir, logger });
  try {
    const { url } = database;
    if (purpose === "apply")
      await (await openDatabase({ url, dataDir, migrations: migrationsDirectory, logger })).stop();
    return await migrationStates({ connectionString: url, directory: migrationsDirectory, logger });
  } finally {
    await database.stop();
  }
}
