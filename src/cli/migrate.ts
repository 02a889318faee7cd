import { Command } from "commander";
import { loadConfig } from "../config.ts";
import { type MigrationState, migrationStates } from "../database/migrate.ts";
import { openDatabase, reachDatabase } from "../database/open.ts";
import { createLogger } from "../log.ts";
import { migrationsDirectory } from "../paths.ts";
import { foundProblems } from "./exit-codes.ts";
import { printJson, printTable, say } from "./output.ts";

export const migrateCommand = (): Command =>
  new Command("migrate")
    .description("bring the database up to this version; `serve` does the same by itself")
    .option("--status", "only tell what there is to do; exit code 1 when there is something")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ DATABASE_URL=postgresql://owner@db/scim dingtalk-scim migrate
  $ dingtalk-scim migrate --status`,
    )
    .action(async ({ status, json }: { status?: true; json?: true }) => {
      const states = await (status ? look() : bringUpToDate());
      const pending = states.filter(({ applied }) => !applied).length;
      if (json) printJson({ upToDate: pending === 0, migrations: states });
      else {
        printTable(
          ["migration", "state"],
          states.map(({ name, applied }) => [name, applied ? "applied" : "to be applied"]),
        );
        say(pending === 0 ? "The database is up to date." : `${pending} migrations are to be applied; \`migrate\` does it.`);
      }
      if (pending > 0) foundProblems();
    });

async function look(): Promise<readonly MigrationState[]> {
  const { databaseUrl, dataDir } = loadConfig();
  const logger = createLogger({ level: "silent" });
  const database = await reachDatabase({ url: databaseUrl?.reveal(), dataDir, logger });
  try {
    return await migrationStates({ connectionString: database.url, directory: migrationsDirectory, logger });
  } finally {
    await database.stop();
  }
}

async function bringUpToDate(): Promise<readonly MigrationState[]> {
  const { databaseUrl, dataDir } = loadConfig();
  const logger = createLogger({ level: "silent" });
  const database = await reachDatabase({ url: databaseUrl?.reveal(), dataDir, logger });
  try {
    const upToDate = await openDatabase({ url: database.url, dataDir, migrations: migrationsDirectory, logger });
    await upToDate.stop();
    return await migrationStates({ connectionString: database.url, directory: migrationsDirectory, logger });
  } finally {
    await database.stop();
  }
}
