/** What the program answers to the shell. Done is 0. */
export const EXIT = { done: 0, problems: 1, badUsage: 2, couldNotRun: 3 } as const;

/** The command did its work and found something that a person has to look at. */
export function foundProblems(): void {
  process.exitCode = EXIT.problems;
}
