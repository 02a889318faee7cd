import { t } from "../words/translate.ts";

const LISTED = 20;

/** The last lines of a report: the problems, or that there are none. */
export const problemLines = (problems: readonly string[], well: string): readonly string[] =>
  problems.length === 0
    ? [well]
    : [
        t`${problems.length} problems:`,
        ...problems.slice(0, LISTED).map((problem) => `  - ${problem}`),
        ...more(problems.length),
      ];

const more = (problems: number): readonly string[] =>
  problems > LISTED ? [`  ${t`… and ${problems - LISTED} more (--json lists all)`}`] : [];
