import { Command, Option } from "commander";
import { ENCODINGS, type Encoding } from "../../import/file/encoding.ts";
import type { ImportResult } from "../../import/run.ts";
import { EXIT, foundProblems } from "../support/exit-codes.ts";
import { wholeNumber } from "../support/numbers.ts";
import { print, printJson, printTable, say } from "../support/output.ts";

interface Options {
  readonly source: string;
  readonly dryRun?: true;
  readonly partial?: true;
  readonly count?: number;
  readonly encoding?: Encoding;
  readonly json?: true;
}

const LISTED = 20;

export const peopleCommand = (): Command =>
  new Command("people").description("people of a source that has no SCIM client").addCommand(importCommand());

function importCommand(): Command {
  return new Command("import")
    .description("bring a source to what a file says: its people, and a department for each name in the column `department`")
    .argument("<file>", "a CSV file, or a JSON list of objects (by the ending .json)")
    .requiredOption("--source <name>", "the source that the file fills; nothing else should write to it")
    .option("--dry-run", "say what would be done, and write nothing")
    .option("--partial", "the file does not hold everybody: who is not in it stays as they are")
    .option(
      "--count <n>",
      "active people in the file, to confirm a file with many fewer than the source has now",
      wholeNumber(1, 10_000_000),
    )
    .addOption(new Option("--encoding <name>", "of a CSV file; else by its first bytes, or UTF-8").choices(ENCODINGS))
    .option("--json", "the result as JSON")
    .addHelpText("after", HELP)
    .action(async (path: string, { json, ...options }: Options) => {
      const { importFromFile } = await import("../support/import-file.ts");
      const result = await importFromFile(path, options);
      if (result.kind === "refused") process.exitCode = EXIT.problems;
      else if (result.problems.length > 0) foundProblems();
      if (json) return printJson(jsonOf(result));
      report(result, options.dryRun === true);
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

function report(result: ImportResult, isTrial: boolean): void {
  const { file } = result;
  for (const { column, meant } of file.columns.unknown)
    say(`dingtalk-scim: the column ${JSON.stringify(column)} is not read${meant === undefined ? "" : `; did you mean ${meant}?`}`);
  if (result.kind === "refused") {
    if (result.reason) {
      const { inFile, active } = result.reason;
      say(`Nothing was changed: the file has ${inFile} active people, and the source has ${active}.`);
      say(`If the others have left: --count ${inFile}. If the file does not hold everybody: --partial.`);
      return;
    }
    say(`Nothing was changed: ${file.problems.length} of the rows are wrong.`);
    list(file.problems);
    return;
  }
  const count = (action: string) => result.people.filter((change) => change.action === action).length;
  printTable(
    ["people", "", "departments", ""],
    [
      ["created", String(count("create")), "created", String(result.departments.filter(({ action }) => action === "create").length)],
      ["changed", String(count("change")), "changed", String(result.departments.filter(({ action }) => action === "change").length)],
      ["activated", String(count("activate")), "removed", String(result.departments.filter(({ action }) => action === "remove").length)],
      ["deactivated", String(count("deactivate")), "", ""],
      ["unchanged", String(result.unchanged), "", ""],
    ],
  );
  if (isTrial) print("Nothing was written: this was a trial.");
  if (result.problems.length === 0) return;
  say(`${result.problems.length} rows could not be taken over; nobody was deactivated for being absent:`);
  list(result.problems);
}

function list(problems: readonly { readonly at: number; readonly text: string }[]): void {
  for (const { at, text } of problems.slice(0, LISTED)) say(`  - row ${at}: ${text}`);
  if (problems.length > LISTED) say(`  … and ${problems.length - LISTED} more (--json lists all)`);
}

function jsonOf(result: ImportResult) {
  const { columns, people, activePeople, problems } = result.file;
  const file = { people, activePeople, columns: Object.fromEntries(columns.of), notRead: columns.unknown.map(({ column }) => column) };
  return result.kind === "refused"
    ? { result: "refused", file, ...(result.reason ? { fewer: result.reason } : {}), problems }
    : {
        result: "done",
        file,
        people: result.people,
        unchanged: result.unchanged,
        departments: result.departments,
        problems: result.problems,
      };
}
