import Table from "cli-table3";
import { type RolloutResult, rolloutProblems } from "../../demo/rollout/play-rollout.ts";
import { problemLines } from "../terminal/problem-lines.ts";
import { DEMO_TOLD } from "../words/demo.ts";
import { t, tLike } from "../words/translate.ts";

const WIDTHS = [12, 56, 8, 7, 9];
/** No colours: the result is often stored in files. */
const PLAIN = { head: [], border: [], compact: true };

/** The result for people, as lines of tables. */
export function rolloutReport(result: RolloutResult): readonly string[] {
  const { size, steps, left } = result;
  const problems = rolloutProblems(result);
  const table = new Table({
    head: [t("step"), t("result"), t("writes"), t("reads"), t("seconds")],
    colWidths: WIDTHS,
    wordWrap: true,
    style: PLAIN,
  });
  for (const { name, lines, writes, reads, tookMs } of steps)
    table.push([t(name), lines.map(lineText).join("\n"), writes, reads, (tookMs / 1_000).toFixed(1)]);
  return [
    t`Company ${size.seed}: ${size.users} people who were in DingTalk before the directory was connected.`,
    table.toString(),
    left.length === 0
      ? t("The mistake removed nobody.")
      : t`Removed by the mistake, and created again after the correction: ${left.join(", ")}.`,
    ...problemLines(
      problems,
      t(
        "0 problems: no duplicate people, no change of unmanaged objects, and DingTalk matches the directory field by field.",
      ),
    ),
  ];
}

/** Translates each part of a line, if all parts have a translation; else the whole line. */
function lineText(line: string): string {
  const parts = line.split(", ");
  const translated = parts.map((part) => tLike(part, DEMO_TOLD));
  return translated.every((part, at) => part !== parts[at])
    ? translated.join(t(", "))
    : tLike(line, DEMO_TOLD);
}
