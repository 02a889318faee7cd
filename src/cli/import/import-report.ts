import type { ImportResult } from "../../import/run.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";

const LISTED = 20;

/** Prints the result of an import and sets the exit code: 1 if something was refused. */
export function tellImport(
  result: ImportResult,
  { isTrial, asJson }: { readonly isTrial: boolean; readonly asJson: boolean },
): void {
  if (result.kind === "refused" || result.problems.length > 0) foundProblems();
  if (asJson) printJson(jsonOf(result));
  else report(result, isTrial);
}

function report(result: ImportResult, isTrial: boolean): void {
  const { file } = result;
  for (const { column, meant } of file.columns?.unknown ?? [])
    say(
      meant === undefined
        ? t`dingtalk-scim: the column ${JSON.stringify(column)} is not read`
        : t`dingtalk-scim: the column ${JSON.stringify(column)} is not read; did you mean ${meant}?`,
    );
  if (result.kind === "refused") {
    if (result.reason) {
      const { inFile, active } = result.reason;
      say(t`Nothing was changed: the file has ${inFile} active people, and the source has ${active}.`);
      say(t`If the others have left: --count ${inFile}. If the file is not complete: --partial.`);
      return;
    }
    say(t`Nothing was changed: ${file.problems.length} of the rows are wrong.`);
    list(file.problems);
    return;
  }
  const count = (action: string) => result.people.filter((change) => change.action === action).length;
  printTable(
    ["people", "", "departments", ""],
    [
      [
        t("created"),
        String(count("create")),
        t("created"),
        String(result.departments.filter(({ action }) => action === "create").length),
      ],
      [
        t("changed"),
        String(count("change")),
        t("changed"),
        String(result.departments.filter(({ action }) => action === "change").length),
      ],
      [
        t("activated"),
        String(count("activate")),
        t("removed"),
        String(result.departments.filter(({ action }) => action === "remove").length),
      ],
      [t("deactivated"), String(count("deactivate")), "", ""],
      [t("unchanged"), String(result.unchanged), "", ""],
    ],
  );
  if (isTrial) print(t("Nothing was written: this was a dry run."));
  if (result.problems.length === 0) return;
  say(t`${result.problems.length} rows could not be taken over; nobody was deactivated for being absent:`);
  list(result.problems);
}

function list(problems: readonly { readonly at: number; readonly text: string }[]): void {
  for (const { at, text } of problems.slice(0, LISTED)) say(t`  - row ${at}: ${text}`);
  if (problems.length > LISTED) say(t`  … and ${problems.length - LISTED} more (--json lists all)`);
}

function jsonOf(result: ImportResult) {
  const { columns, people, activePeople, problems } = result.file;
  const file = {
    people,
    activePeople,
    columns: Object.fromEntries(columns?.of ?? []),
    notRead: columns?.unknown.map(({ column }) => column) ?? [],
  };
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
