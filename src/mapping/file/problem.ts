import { nearest } from "../../core/did-you-mean.ts";
import { AppError } from "../../core/errors.ts";

/** One mistake in a mapping file, at the place an editor would put the cursor (both counted from 1). */
export interface MappingProblem {
  readonly line: number;
  readonly column: number;
  /** Keys down to the offending node, joined with dots; empty for the file itself. */
  readonly path: string;
  readonly message: string;
}

/** The mapping file cannot be used. Holds every problem found, in the order of the file. */
export class MappingInvalid extends AppError {
  readonly code = "MAPPING_INVALID";
  readonly problems: readonly MappingProblem[];
  constructor(problems: readonly MappingProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.problems = problems;
  }
}

const formatProblem = ({ line, column, path, message }: MappingProblem): string =>
  `${line}:${column} ${path === "" ? "" : `${path}: `}${message}`;

/** " (did you mean …?)" when one of the known words is close to the unknown one, else nothing. */
export function suggestion(unknown: string, known: readonly string[]): string {
  const meant = nearest(unknown, known, (word) => (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))));
  return meant === undefined ? "" : ` (did you mean ${meant}?)`;
}
