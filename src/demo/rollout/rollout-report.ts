import Table from "cli-table3";
import { problemLines } from "../problem-lines.ts";
import { type RolloutResult, rolloutProblems } from "./play-rollout.ts";

const WIDTHS = [12, 56, 8, 7, 9];
/** No colours: the result is kept in files as often as it is looked at. */
const PLAIN = { head: [], border: [], compact: true };

/** The result for people, as the lines of tables. */
export function rolloutReport(result: RolloutResult): readonly string[] {
  const { size, steps, left } = result;
  const problems = rolloutProblems(result);
  const table = new Table({
    head: ["step", "what came of it", "writes", "reads", "seconds"],
    colWidths: WIDTHS,
    wordWrap: true,
    style: PLAIN,
  });
  for (const { name, told, writes, reads, tookMs } of steps)
    table.push([name, told.join("\n"), writes, reads, (tookMs / 1_000).toFixed(1)]);
  return [
    `Company ${size.seed}: ${size.users} people who were in DingTalk before the directory was connected.`,
    table.toString(),
    left.length === 0 ? "Nobody left by the mistake." : `Left by the mistake, and made anew when it was taken back: ${left.join(", ")}.`,
    ...problemLines(
      problems,
      "0 problems: nobody is there twice, no stranger was touched, and DingTalk holds what the directory says, field by field.",
    ),
  ];
}
