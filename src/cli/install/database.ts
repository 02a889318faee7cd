import { Command } from "commander";
import { CannotStart } from "../../core/errors.ts";
import { type DatabaseRole, ROLE_KINDS, type RoleKind } from "../../database/roles.ts";
import { loadConfig } from "../../settings/config.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { printJson, printTable, say, warn } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

interface Options extends Partial<Record<RoleKind, readonly string[]>> {
  readonly json?: true;
}

export const databaseCommand = (): Command => {
  const command = new Command("database").description("the database of an installation");
  command.addCommand(rolesCommand());
  return command;
};

const rolesCommand = (): Command =>
  new Command("roles")
    .description("database users that may add to the history and not change it; without options, who they are")
    .option("--api <user...>", "for processes that take requests (ROLE=api)")
    .option("--worker <user...>", "for processes that run the loop and sign the history (ROLE=worker, or all)")
    .option("--auditor <user...>", "for who verifies the history: reads it and its log, no values, and writes nothing")
    .option("--json", "the result as JSON, with the statements")
    .addHelpText(
      "after",
      `
DATABASE_URL is that of the owner of the tables here, and the address of one of these users in the processes. Each gets what its kind needs and loses
everything else. After a migration by the owner they get what is new.

Examples:
  $ psql -c "create role scim_api login password '…'" -c "create role scim_worker login password '…'"
  $ DATABASE_URL=postgresql://owner@db/scim dingtalk-scim database roles --api scim_api --worker scim_worker
  $ DATABASE_URL=postgresql://owner@db/scim dingtalk-scim database roles`,
    )
    .action(async ({ json, ...given }: Options) => {
      const wanted = ROLE_KINDS.flatMap((kind) => (given[kind] ?? []).map((name) => ({ name, kind })));
      const { roles, statements } = await keepAlive(() => granted(wanted));
      if (json) return printJson({ roles, statements });
      printTable(
        ["user", "kind"],
        roles.map(({ name, kind }) => [name, kind]),
      );
      if (roles.length === 0) say(t("Every process uses the owner of the tables, who may change the history."));
    });

async function granted(wanted: readonly DatabaseRole[]) {
  const twice = wanted.find(({ name }, at) => wanted.findIndex((other) => other.name === name) !== at);
  if (twice) throw new CannotStart([`${twice.name} can be of one kind only`]);
  const { databaseUrl, dataDir } = loadConfig(warn);
  const [{ reachDatabase }, { grantRoles, knownRoles }, { createLogger }] = await Promise.all([
    import("../../database/open.ts"),
    import("../../database/roles.ts"),
    import("../../log.ts"),
  ]);
  const where = { url: databaseUrl?.reveal(), dataDir };
  const database = await reachDatabase({ ...where, logger: createLogger({ level: "silent" }) });
  try {
    const { url } = database;
    const statements = wanted.length > 0 ? await grantRoles(url, wanted) : [];
    return { roles: await knownRoles(url), statements };
  } finally {
    await database.stop();
  }
}
