import { Command, Option } from "commander";
import { SOURCE_KINDS, type SourceKind } from "../../store/access/sources.ts";
import { ACTOR, withRecords } from "../database/records.ts";
import { printJson, printTable, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

export const sourceCommand = (): Command =>
  new Command("source")
    .description("SCIM clients, each with its own tokens and its own externalId space")
    .addCommand(createCommand())
    .addCommand(listCommand());

function createCommand(): Command {
  return new Command("create")
    .description("add a SCIM client")
    .requiredOption("--name <text>", "a name")
    .addOption(new Option("--kind <kind>", "what it is").choices(SOURCE_KINDS).default("entra"))
    .option("--json", "the result as JSON")
    .addHelpText("after", "\nExample:\n  $ dingtalk-scim source create --name workday --kind workday")
    .action(async ({ name, kind, json }: { name: string; kind: SourceKind; json?: true }) => {
      const source = await withRecords(({ sources }) => sources.create(ACTOR, { name, kind }));
      if (json) return printJson(source);
      say(
        t`Source ${name} is made. Next: dingtalk-scim token create --name ${JSON.stringify(name)} --source ${JSON.stringify(name)}`,
      );
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("all SCIM clients, by name")
    .option("--json", "the result as JSON")
    .action(async ({ json }: { json?: true }) => {
      const sources = await withRecords((records) => records.sources.list());
      if (json) return printJson(sources);
      printTable(
        ["name", "kind", "made", "id"],
        sources.map(({ id, name, kind, createdAt }) => [
          name,
          kind,
          createdAt.toISOString().slice(0, 10),
          id,
        ]),
      );
    });
}
