import { Command } from "commander";
import type { AssessmentProgress } from "../../reconcile/assess/assess.ts";
import type { Assessment, Finding, Matched, Share } from "../../reconcile/assess/report.ts";
import { withApp } from "../database/app.ts";
import { ACTOR } from "../database/records.ts";
import { writableFile, writeFileOf } from "../options/output-file.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { keepAlive } from "../terminal/keep-alive.ts";
import { print, printJson, printTable, say } from "../terminal/output.ts";
import { withInterrupt } from "../terminal/signals.ts";
import { t } from "../words/translate.ts";
import { assessmentPage } from "./assessment-page.ts";

export const assessCommand = (): Command =>
  new Command("assess")
    .description(
      "the state of directory and DingTalk, before the first write or at any time: matches, and data that keep people out",
    )
    .option("--json", "the report as JSON")
    .option(
      "--html <file>",
      "the report as one HTML file in English, simplified and traditional Chinese",
      writableFile,
    )
    .addHelpText(
      "after",
      `
Reads DingTalk's lists, a page at a time, and writes nothing to DingTalk. Works before any SCIM client has sent anything. What may be the same on both sides
is proposed: \`dingtalk-scim adopt list\`.

Exit code 0 if there is nothing to check, else 1.

Examples:
  $ dingtalk-scim assess
  $ dingtalk-scim assess --html assessment.html`,
    )
    .action(async ({ json, html }: { json?: true; html?: string }) => {
      const { assess } = await import("../../reconcile/assess/assess.ts");
      const report = await keepAlive(() =>
        withInterrupt((signal) => withApp((app) => assess(app, ACTOR, signal, progressLines()))),
      );
      if (html !== undefined) await writeFileOf(html, assessmentPage(report));
      if (json) printJson(report);
      else show(report);
      if (html !== undefined) say(t`The report is in ${html}.`);
      if (report.findings > 0) foundProblems();
    });

const EVERY = 1_000;

/** One line for each thousand entries, because long lists take minutes at DingTalk's rate. */
function progressLines(): AssessmentProgress {
  const lines = (what: string) => {
    let printed = 0;
    return (read: number): void => {
      if (Math.floor(read / EVERY) > Math.floor(printed / EVERY)) say(t`${read} ${t(what)} read`);
      printed = read;
    };
  };
  return {
    departments: lines("departments of DingTalk"),
    people: lines("people of DingTalk"),
    directory: lines("people of the directory"),
  };
}

function show(report: Assessment): void {
  const { figures, people, departments } = report;
  printTable(
    ["", "people", "departments"],
    [
      [t("in the directory"), `${people.directory}`, `${departments.directory}`],
      [t("in DingTalk"), `${people.target}`, `${departments.target}`],
      [t("linked"), `${people.linked}`, `${departments.linked}`],
      ...tierRows(people, departments),
      [t("ambiguous"), `${people.ambiguous.count}`, `${departments.ambiguous.count}`],
      [t("only in the directory"), `${people.onlyHere.count}`, `${departments.onlyHere.count}`],
      [t("only in DingTalk"), `${people.onlyThere.count}`, `${departments.onlyThere.count}`],
    ],
  );
  print("");
  print(t`matchable  ${shareText(figures.matchable)}: active people with a link or exactly one strong match`);
  print(
    t`complete   ${shareText(figures.complete)}: active people with everything that DingTalk and the mapping need`,
  );
  print("");
  printFindings("to look at", findingRows(report));
  printFindings("for your information", informationRows(report));
  if (report.accessKeptHours !== undefined)
    print(
      t`people who leave keep their access to DingTalk for ${report.accessKeptHours} hours (grace without a department to move them into)\n  → docs/policy.md#leavers`,
    );
  for (const { text, remedy } of report.permissions) print(`${text}\n  → ${remedy}`);
  for (const { name, kind, lastSpoke, changedInADay } of report.sources)
    say(
      lastSpoke
        ? t`Source ${name} (${kind}): last heard of ${lastSpoke}, ${changedInADay} changed in 24 hours.`
        : t`Source ${name} (${kind}): never heard of, ${changedInADay} changed in 24 hours.`,
    );
  say(report.findings === 0 ? t("There is nothing to check.") : t`${report.findings} things to look at.`);
}

type Row = readonly [string, Finding];

function printFindings(head: string, rows: readonly Row[]): void {
  const found = rows.filter(([, { count }]) => count > 0);
  if (found.length === 0) return;
  printTable(
    [head, "count", "the first"],
    found.map(([what, finding]) => [t(what), `${finding.count}`, firstOf(finding)]),
  );
}

const tierRows = (people: Matched, departments: Matched): readonly string[][] =>
  ["1", "2", "3", "4", "5", "6"]
    .filter((tier) => people.tiers[tier] !== undefined || departments.tiers[tier] !== undefined)
    .map((tier) => [
      t`proposed, tier ${tier}`,
      `${people.tiers[tier] ?? 0}`,
      `${departments.tiers[tier] ?? 0}`,
    ]);

const shareText = ({ count, of, share }: Share): string =>
  t`${count} of ${of} (${Math.round(share * 100)} %)`;

const firstOf = ({ items: [first] }: Finding): string =>
  first ? [first.name ?? first.id ?? first.remoteId, first.detail].filter(Boolean).join(": ") : "";

function findingRows(report: Assessment): readonly Row[] {
  const { people, departments, mobiles, names, managers, accounts, customFields, privateAddresses } = report;
  return [
    ["ambiguous people", people.ambiguous],
    ["ambiguous departments", departments.ambiguous],
    ["mobile missing", mobiles.missing],
    ["mobile not usable", mobiles.impossible],
    ["mobile shared", mobiles.shared],
    ["name refused", names.refused],
    ["name cut", names.cut],
    ["manager not found", managers.notFound],
    ["managers in a loop", managers.loop],
    ["left and still in DingTalk", accounts.leavers],
    ["custom field on no profile", customFields],
    ["private address as account", privateAddresses],
  ];
}

/** Normal in every organisation: no action is needed. */
const informationRows = ({ accounts }: Assessment): readonly Row[] => [
  ["have never logged in to DingTalk", accounts.neverActivated],
  ["administrators: never removed", accounts.administrators],
];
