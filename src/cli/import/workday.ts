import { Command } from "commander";
import type { ImportResult } from "../../import/run.ts";
import type { Reading } from "../../import/workday/reading.ts";
import { wholeNumber } from "../options/numbers.ts";
import { say } from "../terminal/output.ts";
import { t } from "../words/translate.ts";
import { tellImport } from "./import-report.ts";

interface Options {
  readonly full?: true;
  readonly count?: number;
  readonly json?: true;
}

export const workdayCommand = (): Command =>
  new Command("workday")
    .description("read people from a report of Workday (WORKDAY_FILE)")
    .addCommand(
      new Command("check")
        .description("read the report of everybody and show what an import would do; writes nothing")
        .option("--json", "the result as JSON")
        .addHelpText("after", "\nExample:\n  $ dingtalk-scim workday check")
        .action(({ json }: Options) => read({ full: true, ...(json ? { json } : {}) }, false)),
    )
    .addCommand(
      new Command("pull")
        .description(
          "read the report now, in addition to the server's schedule: entries since the last reading, or everybody",
        )
        .option("--full", "read everybody; people who are not in the report have left")
        .option(
          "--count <n>",
          "active people in the report, to confirm one with many fewer than the source has now",
          wholeNumber(1, 10_000_000),
        )
        .option("--json", "the result as JSON")
        .addHelpText("after", "\nExample:\n  $ dingtalk-scim workday pull")
        .action((options: Options) => read(options, true)),
    );

async function read(options: Options, writes: boolean): Promise<void> {
  const { readWorkday } = await import("./read-workday.ts");
  const done = await readWorkday({ ...options, writes });
  if (done) tell(done.reading, done.result, writes, options.json === true);
}

function tell(reading: Reading, result: ImportResult, writes: boolean, asJson: boolean): void {
  say(
    reading.kind === "everybody"
      ? t("The report of everybody was read.")
      : t`What was entered since ${reading.from.toISOString()} was read.`,
  );
  tellImport(result, { isTrial: !writes, asJson });
}
