import { Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import { flatTable, parseQuery } from "../../filter/parse.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "../../history/event-log.ts";
import { type SubjectReport, subjectReport } from "../../privacy/subject-report.ts";
import type { AskedBy, EraseResult, ErasureStore, HoldResult, SubjectOperations } from "../../privacy/subjects.ts";
import { TARGET } from "../../targets/target-name.ts";
import { languageOf } from "../../words/languages.ts";
import { LANGUAGES, type Language } from "../assess/assessment-texts.ts";
import { personMeant } from "../database/find-person.ts";
import { type DatabaseAccess, withPool } from "../database/joined-pool.ts";
import { NotFoundHere } from "../database/not-found-here.ts";
import { osUser } from "../database/os-user.ts";
import { ACTOR } from "../database/records.ts";
import { writableFile, writeFileOf } from "../options/output-file.ts";
import { said } from "../options/said.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { printJson, say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import { subjectPage } from "./subject-page.ts";

const WHO = "id or userName; also name, e-mail address, job number, last digits of the mobile number. People who are gone: their id";

/** Requests of people about their data: export, hold, release and erasure. */
export function subjectCommand(): Command {
  const command = new Command("subject").description("the data of one person: export, erasure and legal holds");
  command
    .command("export <person>")
    .description("all stored data of a person, what was sent to DingTalk, and who read it; names of others are left out")
    .option("--json <file>", "as JSON into this file; without --json and --html: to standard output", writableFile)
    .option("--html <file>", "as one readable page in the person's language", writableFile)
    .addOption(new Option("--lang <language>", "language of the page, instead of the person's").choices(LANGUAGES.map(({ lang }) => lang)))
    .addHelpText(
      "after",
      "\nThe export is an event of the history itself.\n\nExample:\n  $ dingtalk-scim subject export mei.chan@example.com --html mei.html",
    )
    .action(async (person: string, { json, html, lang }: { json?: string; html?: string; lang?: string }) => {
      const forms = [...(json !== undefined || html === undefined ? ["json"] : []), ...(html === undefined ? [] : ["html"])];
      const report = await withSubjects(person, async (subjects, id, log) => exported(subjects, log, id, forms));
      if (!report) return unknown(person);
      if (html !== undefined) await writeFileOf(html, subjectPage(report, languageFor(report, lang)));
      if (json !== undefined) await writeFileOf(json, `${JSON.stringify(report, undefined, 2)}\n`);
      if (json === undefined && html === undefined) return printJson(report);
      for (const file of [json, html]) if (file !== undefined) say(t`The stored data about ${report.id} is in ${file}.`);
    });
  command
    .command("hold <person>")
    .description("a legal hold: nothing removes values of this person until it is released")
    .requiredOption("--reason <text>", "why, for the history; without names", said)
    .addHelpText("after", `\n<person>: ${WHO}.\n\nExample:\n  $ dingtalk-scim subject hold mei.chan@example.com --reason "case 2026/17"`)
    .action(async (person: string, { reason }: { reason: string }) => {
      const result = await withSubjects(person, (subjects, id) => subjects.hold(id, reason, asked()));
      tell(person, result, "is under a legal hold now.", "was under a legal hold before. Nothing was changed.");
    });
  command
    .command("release <person>")
    .description("end a legal hold")
    .requiredOption("--reason <text>", "why, for the history; without names", said)
    .action(async (person: string, { reason }: { reason: string }) => {
      const result = await withSubjects(person, (subjects, id) => subjects.release(id, reason, asked()));
      tell(person, result, "is under no legal hold any more.", "is under no legal hold. Nothing was changed.");
    });
  command
    .command("erase <person>")
    .description("erase the data of a deleted or inactive person; this cannot be undone")
    .requiredOption("--basis <text>", "legal basis, for the history; without names", said)
    .addHelpText(
      "after",
      `\n<person>: ${WHO}.\n\nRefused, with exit code 1 and nothing changed: under a legal hold, while the person is active in the directory, and for an unknown person.\n\nExample:\n  $ dingtalk-scim subject erase mei.chan@example.com --basis "request of 12 May, article 17"`,
    )
    .action(async (person: string, { basis }: { basis: string }) => {
      const result = await withErasures(person, (erasures, id) => erasures.erase(id, basis, asked()));
      if (result === "done") say(t`${person} is erased. If DingTalk still has the person, the running server removes them there.`);
      else refused(person, result);
    });
  return command;
}

const asked = (): AskedBy => ({ actor: ACTOR, detail: { osUser: osUser() } });

/** Undefined: there is no such person. */
const withSubjects = <T>(
  person: string,
  work: (subjects: SubjectOperations, id: string, log: EventLog) => Promise<T>,
): Promise<T | undefined> =>
  withPool(async (access) => {
    const [{ createSubjects }, { createEventLog }, { openVault }] = await Promise.all([
      import("../../store/privacy/subjects.ts"),
      import("../../store/history/event-log.ts"),
      import("../../keys/open-vault.ts"),
    ]);
    const id = await idOf(access, person);
    if (id === undefined) return undefined;
    return work(
      createSubjects(access.pool, systemClock),
      id,
      createEventLog(access.pool, await openVault({ ...access, clock: systemClock })),
    );
  });

/** Undefined: there is no such person. */
const withErasures = (
  person: string,
  work: (erasures: ErasureStore, id: string) => ReturnType<ErasureStore["erase"]>,
): Promise<EraseResult | undefined> =>
  withPool(async (access) => {
    const [{ createErasures }, { createErasuresFile }, { openVault }] = await Promise.all([
      import("../../store/privacy/erase.ts"),
      import("../../database/erasures-file.ts"),
      import("../../keys/open-vault.ts"),
    ]);
    const id = await idOf(access, person);
    if (id === undefined) return undefined;
    const vault = await openVault({ ...access, clock: systemClock });
    const done = await work(createErasures({ pool: access.pool, vault, clock: systemClock, targets: [TARGET] }), id);
    if (done.result === "done")
      await createErasuresFile(access.config.dataDir)
        .add([done.erasure])
        .catch((error: unknown) => notCopied(access.config.dataDir, error));
    return done.result;
  });

/** The erasure is committed, so the command has succeeded. Rethrows errors that do not come from the file system. */
function notCopied(dataDir: string, error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  say(
    t`The copy of the erasure in ${dataDir} could not be written (${code}). A running server with ROLE=worker or all writes it within a minute.`,
  );
}

async function idOf({ pool }: DatabaseAccess, person: string): Promise<string | undefined> {
  if (isUuid(person)) return person;
  try {
    return (await personMeant({ pool, clock: systemClock }, person)).ref.id;
  } catch (error) {
    if (!(error instanceof NotFoundHere)) throw error;
    say(error.message);
    return undefined;
  }
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

/** The person's language in the directory: the first of an Accept-Language header, or the locale. */
function languageFor({ directory }: SubjectReport, asked: string | undefined): Language {
  const { preferredLanguage, locale } = directory?.document ?? {};
  const tags = asked === undefined ? [preferredLanguage, locale] : [asked];
  const [language = "en"] = tags.flatMap((tag) => (typeof tag === "string" ? (languageOf(tag.split(/[,;]/)[0]!) ?? []) : []));
  return LANGUAGES.find(({ lang }) => lang.startsWith(language)) ?? LANGUAGES[0]!;
}

function tell(person: string, result: HoldResult | undefined, done: string, already: string): void {
  if (result === undefined || result === "unknown") {
    unknown(person);
    return;
  }
  if (result === "already") foundProblems();
  say(`${person} ${t(result === "done" ? done : already)}`);
}

const REFUSED: Readonly<Record<Exclude<EraseResult, "done" | "unknown">, string>> = {
  held: "is under a legal hold (subject release ends it)",
  active: "is active in the directory: the SCIM client has to switch the person off or delete them first",
  already: "was erased before",
};

function refused(person: string, result: Exclude<EraseResult, "done"> | undefined): void {
  if (result === undefined || result === "unknown") {
    unknown(person);
    return;
  }
  say(t`${person} ${t(REFUSED[result])}. Nothing was changed.`);
  foundProblems();
}

function unknown(person: string): void {
  say(t`nobody is known as ${person}. Nothing was changed.`);
  foundProblems();
}
