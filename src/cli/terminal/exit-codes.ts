/** Exit codes of the program. Done is 0. */
export const EXIT = { done: 0, problems: 1, badUsage: 2, couldNotRun: 3 } as const;

/** The command was carried out and found problems. */
export function foundProblems(): void {
  process.exitCode = EXIT.problems;
}
