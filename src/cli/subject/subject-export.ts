import { type Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import { flatTable } from "../../filter/attribute-table.ts";
import { parseQuery } from "../../filter/parse.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "../../history/event-log.ts";
import { type SubjectReport, subjectReport } from "../../privacy/subject-report.ts";
import type { SubjectOperations } from "../../privacy/subjects.ts";
import { languageOf } from "../../words/languages.ts";
import { LANGUAGES, type Language } from "../assess/assessment-texts.ts";
import { writableFile, writeFileOf } from "../options/output-file.ts";
import { printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import { asked, unknown, withSubjects } from "./stored-person.ts";
import { subjectPage } from "./subject-page.ts";

/** `subject export`: all stored data of a person. */
export function addExport(command: Command): void {
  command
    .command("export <person>")
    .description(
      "all stored data of a person, what was sent to DingTalk, and who read it; names of others are left out",
    )
    .option(
      "--json <file>",
      "as JSON into this file; without --json and --html: to standard output",
      writableFile,
    )
    .option("--html <file>", "as one readable page in the person's language", writableFile)
    .addOption(
      new Option("--lang <language>", "language of the page, instead of the person's").choices(
        LANGUAGES.map(({ lang }) => lang),
      ),
    )
    .addHelpText(
      "after",
      "\nThe export is an event of the history itself.\n\nExample:\n  $ dingtalk-scim subject export mei.chan@example.com --html mei.html",
    )
    .action(async (person: string, { json, html, lang }: { json?: string; html?: string; lang?: string }) => {
      const forms = [
        ...(json !== undefined || html === undefined ? ["json"] : []),
        ...(html === undefined ? [] : ["html"]),
      ];
      const report = await withSubjects(person, async (subjects, id, log) =>
        exported(subjects, log, id, forms),
      );
      if (!report) return unknown(person);
      if (html !== undefined) await writeFileOf(html, subjectPage(report, languageFor(report, lang)));
      if (json !== undefined) await writeFileOf(json, `${JSON.stringify(report, undefined, 2)}\n`);
      if (json === undefined && html === undefined) return printJson(report);
      for (const file of [json, html])
        if (file !== undefined) say(t`The stored data about ${report.id} is in ${file}.`);
    });
}

/** The person's language in the directory: the first of an Accept-Language header, or the locale. */
function languageFor({ directory }: SubjectReport, asked: string | undefined): Language {
  const { preferredLanguage, locale } = directory?.document ?? {};
  const tags = asked === undefined ? [preferredLanguage, locale] : [asked];
  const [language = "en"] = tags.flatMap((tag) =>
    typeof tag === "string" ? (languageOf(tag.split(/[,;]/)[0]!) ?? []) : [],
  );
  return LANGUAGES.find(({ lang }) => lang.startsWith(language)) ?? LANGUAGES[0]!;
}

const PAGE = 1_000;
const TABLE = flatTable(EVENT_ATTRIBUTES);

async function exported(
  subjects: SubjectOperations,
  log: EventLog,
  id: string,
  forms: readonly string[],
): Promise<SubjectReport | undefined> {
  const records = await subjects.records(id);
  if (!records) return undefined;
  await subjects.noteExport(id, forms, asked());
  return subjectReport(records, await everyEvent(log, id), systemClock.now());
}

/** Oldest first. */
async function everyEvent(log: EventLog, id: string): Promise<readonly HistoryEvent[]> {
  const filter = parseQuery(`subject eq "${id}"`, TABLE);
  const events: HistoryEvent[] = [];
  for (let after: string | undefined; ; ) {
    // One after the other, because each page begins at the end of the previous one.
    const page = await log.list({ filter, count: PAGE, ...(after === undefined ? {} : { after }) });
    events.push(...page.events);
    if (page.next === undefined) return events.reverse();
    after = page.next;
  }
}
