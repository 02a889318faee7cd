import { Command } from "commander";
import type { EraseResult, HoldResult } from "../../privacy/subjects.ts";
import { nonEmptyText } from "../options/non-empty-text.ts";
import { foundProblems } from "../terminal/exit-codes.ts";
import { say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import { asked, unknown, withErasures, withSubjects } from "./stored-person.ts";
import { addExport } from "./subject-export.ts";

const WHO =
  "id or userName; also name, e-mail address, job number, last digits of the mobile number. People who are gone: their id";

/** Requests of people about their data: export, hold, release and erasure. */
export function subjectCommand(): Command {
  const command = new Command("subject").description(
    "the data of one person: export, erasure and legal holds",
  );
  addExport(command);
  command
    .command("hold <person>")
    .description("a legal hold: nothing removes values of this person until it is released")
    .requiredOption("--reason <text>", "why, for the history; without names", nonEmptyText)
    .addHelpText(
      "after",
      `\n<person>: ${WHO}.\n\nExample:\n  $ dingtalk-scim subject hold mei.chan@example.com --reason "case 2026/17"`,
    )
    .action(async (person: string, { reason }: { reason: string }) => {
      const result = await withSubjects(person, (subjects, id) => subjects.hold(id, reason, asked()));
      tell(
        person,
        result,
        "is under a legal hold now.",
        "was under a legal hold before. Nothing was changed.",
      );
    });
  command
    .command("release <person>")
    .description("end a legal hold")
    .requiredOption("--reason <text>", "why, for the history; without names", nonEmptyText)
    .action(async (person: string, { reason }: { reason: string }) => {
      const result = await withSubjects(person, (subjects, id) => subjects.release(id, reason, asked()));
      tell(
        person,
        result,
        "is under no legal hold any more.",
        "is under no legal hold. Nothing was changed.",
      );
    });
  command
    .command("erase <person>")
    .description("erase the data of a deleted or inactive person; this cannot be undone")
    .requiredOption("--basis <text>", "legal basis, for the history; without names", nonEmptyText)
    .addHelpText(
      "after",
      `\n<person>: ${WHO}.\n\nRefused, with exit code 1 and nothing changed: under a legal hold, while the person is active in the directory, and for an unknown person.\n\nExample:\n  $ dingtalk-scim subject erase mei.chan@example.com --basis "request of 12 May, article 17"`,
    )
    .action(async (person: string, { basis }: { basis: string }) => {
      const result = await withErasures(person, (erasures, id) => erasures.erase(id, basis, asked()));
      if (result === "done")
        say(t`${person} is erased. If DingTalk still has the person, the running server removes them there.`);
      else refused(person, result);
    });
  return command;
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
