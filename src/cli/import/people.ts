import { Command, Option } from "commander";
import { ENCODINGS, type Encoding } from "../../import/file/encoding.ts";
import { wholeNumber } from "../options/numbers.ts";
import { tellImport } from "./import-report.ts";

interface Options {
  readonly source: string;
  readonly dryRun?: true;
  readonly partial?: true;
  readonly count?: number;
  readonly encoding?: Encoding;
  readonly json?: true;
}

export const peopleCommand = (): Command =>
  new Command("people").description("people of a source that has no SCIM client").addCommand(importCommand());

function importCommand(): Command {
  return new Command("import")
    .description(
      "import the people of a source from a file, with a department for each name in the column `department`",
    )
    .argument("<file>", "a CSV file, or a JSON list of objects (by the ending .json)")
    .requiredOption("--source <name>", "the source of the file's people; nothing else should write to it")
    .option("--dry-run", "show the changes, and write nothing")
    .option("--partial", "the file is not complete: people who are not in it stay unchanged")
    .option(
      "--count <n>",
      "active people in the file, to confirm a file with many fewer than the source has now",
      wholeNumber(1, 10_000_000),
    )
    .addOption(
      new Option(
        "--encoding <name>",
        "encoding of a CSV file (default: by its first bytes, else UTF-8)",
      ).choices(ENCODINGS),
    )
    .option("--json", "the result as JSON")
    .addHelpText("after", HELP)
    .action(async (path: string, { json, ...options }: Options) => {
      const { importFromFile } = await import("./import-file.ts");
      tellImport(await importFromFile(path, options), {
        isTrial: options.dryRun === true,
        asJson: json === true,
      });
    });
}

const HELP = `
The first line of a CSV file names the columns, in English or Chinese: employee number (工号), name (姓名), mobile (手机), email (邮箱),
title (职位), department (部门: a path such as Sales/Hong Kong, several divided by ;), manager (主管, an employee number), active (在职).
docs/sources.md has all names. Each row needs a name, and an employee number, an external id or a user name.
The whole file is checked first: if one row is wrong, nothing is changed. Who is not in the file has left, and is deactivated.

Examples:
  $ dingtalk-scim source create --name hr --kind other
  $ dingtalk-scim people import people.csv --source hr --dry-run
  $ dingtalk-scim people import people.csv --source hr`;
