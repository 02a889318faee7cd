import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { CannotStart } from "../../core/errors.ts";
import { type DatabaseRole, ROLE_KINDS, type RoleKind } from "../../database/roles.ts";
import { loadConfig } from "../../settings/load-config.ts";
import { withPool } from "../database/joined-pool.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { printJson, printTable, say, warn } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

interface Options extends Partial<Record<RoleKind, readonly string[]>> {
  readonly json?: true;
}

export const databaseCommand = (): Command => {
  const command = new Command("database").description("the database of an installation");
  command.addCommand(rolesCommand());
  command.addCommand(encryptionKeyCommand());
  return command;
};

const encryptionKeyCommand = (): Command =>
  new Command("encryption-key")
    .description("wrap the keys of people with the current key-encryption key, where another one wraps them")
    .option(
      "--rotate",
      "make the last key of ENCRYPTION_KEY_FILE current; if it is current already, add a new one to the file",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
Every process has to be able to read the new key before it comes in force: with a file of its own for each, add the line to all of them first. Processes that run
go on with the key before; restart them, call this without --rotate, and then take the line of the key before out of the file.

Examples:
  $ dingtalk-scim database encryption-key --rotate
  $ dingtalk-scim database encryption-key`,
    )
    .action(async ({ rotate, json }: { rotate?: true; json?: true }) => {
      const result = await keepAlive(() => rewrapped(rotate === true));
      if (json) return printJson(result);
      const { inForce, keys, wrapped } = result;
      say(t`The key ${inForce} is in force. ${wrapped} keys of people were put under it.`);
      if (keys.length > 1) say(t`In the file beside it: ${keys.filter((id) => id !== inForce).join(", ")}.`);
    });

const rewrapped = (rotate: boolean) =>
  withPool(async (joined) => {
    const { rotateEncryptionKey, wrapKeys } = await import("../../keys/rotate-encryption-key.ts");
    const installation = { ...joined, clock: systemClock };
    return rotate
      ? rotateEncryptionKey(installation, { actor: ACTOR, detail: { osUser: osUser() } })
      : wrapKeys(installation);
  });

const rolesCommand = (): Command =>
  new Command("roles")
    .description(
      "database users that may append to the history but not change it; without options, list them",
    )
    .option("--api <user...>", "for processes that take requests (ROLE=api)")
    .option(
      "--worker <user...>",
      "for processes that run the loop and sign the history (ROLE=worker, or all)",
    )
    .option(
      "--auditor <user...>",
      "for verifiers of the history: reads the history and its log without values, and writes nothing",
    )
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
      if (roles.length === 0)
        say(t("Every process uses the owner of the tables, who may change the history."));
    });

async function granted(wanted: readonly DatabaseRole[]) {
  const twice = wanted.find(({ name }, at) => wanted.findIndex((other) => other.name === name) !== at);
  if (twice) throw new CannotStart([`${twice.name} can be of one kind only`]);
  const { databaseUrl, dataDir } = loadConfig(warn);
  const [{ reachDatabase }, { grantRoles, knownRoles }, { createLogger }] = await Promise.all([
    import("../../database/open.ts"),
    import("../../database/roles.ts"),
    import("../../process/log.ts"),
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
